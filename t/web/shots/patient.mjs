// The patient's page: signing in, the visits, one of them, another time, a new one, the profile; and what stands there
// when something is missing, late or gone.
import { pickDay, slots } from '../lib/booking.mjs';
import { BILAL, codeOf, freeSlots, patientPage, visitOf, wrong } from '../lib/patient.mjs';
import { demo } from '../lib/staff.mjs';
import { launch } from '../lib/browser.mjs';

export const name = 'patient';
export const langs = ['en', 'hi'];

const never = () => new Promise(() => {});
const list = '**/api/appointments?**';

let cookies;

/** The page of Asha; one sign-in serves for all pictures. */
async function signIn(page) {
  cookies ??= (async () => {
    const browser = await launch();
    const other = await patientPage(browser);
    const found = await other.context().cookies();
    await browser.close();
    return found;
  })();
  await page.context().addCookies(await cookies);
}

let made;
const visit = () => (made ??= visitOf(demo.asha, { reason: 'Knee still swollen after the fall' }));

async function address(page) {
  await page.goto('/patient/');
  await page.locator('#s-phone').waitFor();
}

async function toVisit(page) {
  await signIn(page);
  await page.goto(`/patient/visits/${(await visit()).id}`);
  await page.locator('.facts').waitFor();
}

async function toTimes(page) {
  await signIn(page);
  await page.goto(`/patient/visits/${(await visit()).id}/time`);
  await slots(page).first().waitFor();
  await pickDay(page);
}

let coded = false;

export const states = {
  '1 sign-in': address,
  '1 sign-in mistake': async (page) => {
    await address(page);
    await page.locator('#s-phone').fill('98000 001');
    await page.locator('button[type=submit]').click();
    await page.locator('.field__error').waitFor();
  },
  '2 code': async (page) => {
    // One message serves for all pictures: asking is limited.
    if (coded) await page.route('**/otp/request', (route) => route.fulfill({ status: 202, json: { expiresIn: 300, resendIn: 60 } }));
    coded = true;
    await address(page);
    await page.locator('#s-phone').fill('98000 00002');
    await page.locator('button[type=submit]').click();
    await page.locator('#s-code').waitFor();
  },
  '2 code wrong': async (page) => {
    await page.route('**/otp/verify', (route) => route.fulfill({ status: 401, json: { code: 'INVALID_CREDENTIALS' } }));
    await states['2 code'](page);
    await page.locator('#s-code').fill(wrong(codeOf(BILAL)));
    await page.locator('.field__error').waitFor();
  },
  '2 code limited': async (page) => {
    await page.route('**/otp/verify', (route) =>
      route.fulfill({ status: 429, headers: { 'Retry-After': '42' }, json: { code: 'RATE_LIMITED' } }),
    );
    await states['2 code'](page);
    await page.locator('#s-code').fill('123456');
    await page.locator('.banner').waitFor();
  },
  '3 visits': async (page) => {
    await signIn(page);
    await visit();
    await page.goto('/patient/');
    await page.locator('.visit').first().waitFor();
  },
  '3 visits empty': async (page) => {
    await signIn(page);
    await page.route(list, (route) => route.fulfill({ json: { items: [], nextCursor: null } }));
    await page.goto('/patient/');
    await page.locator('.empty').waitFor();
  },
  '3 visits slow': async (page) => {
    await signIn(page);
    await page.route(list, never);
    await page.goto('/patient/');
    await page.locator('.skeleton--block').first().waitFor();
  },
  '3 visits broken': async (page) => {
    await signIn(page);
    await page.route(list, (route) => route.fulfill({ status: 500, json: { code: 'INTERNAL_ERROR' } }));
    await page.goto('/patient/');
    await page.locator('.empty').waitFor();
  },
  '3 visits offline': async (page) => {
    await states['3 visits'](page);
    await page.context().setOffline(true);
    await page.locator('.banner').waitFor();
  },
  '4 visit': toVisit,
  '4 visit reason': async (page) => {
    await toVisit(page);
    await page.locator('.card .btn--small').click();
    await page.locator('dialog').waitFor();
  },
  '4 visit cancel': async (page) => {
    await toVisit(page);
    await page.locator('.btn--danger-quiet').click();
    await page.locator('dialog').waitFor();
  },
  '4 visit cancelled': async (page) => {
    const { id } = await visit();
    await page.route(list, async (route) => {
      const answer = await route.fetch();
      const { items, ...rest } = await answer.json();
      const json = { ...rest, items: items.map((one) => (one.id === id ? { ...one, status: 'cancelled' } : one)) };
      await route.fulfill({ response: answer, json });
    });
    await toVisit(page);
  },
  '5 times': async (page) => {
    await toTimes(page);
    await slots(page).nth(1).click();
    await page.locator('.deed').waitFor();
  },
  '5 times taken': async (page) => {
    await toTimes(page);
    const near = (await freeSlots({ from: 4 })).slice(0, 3);
    await page.route('**/api/appointments/*', (route) =>
      route.fulfill({ status: 409, json: { code: 'SLOT_TAKEN', alternatives: near } }),
    );
    await slots(page).nth(1).click();
    await page.locator('.deed .btn').click();
    await page.getByRole('alert').waitFor();
  },
  '6 book': async (page) => {
    await signIn(page);
    await page.goto('/patient/book');
    await page.locator('.choice').first().click();
    await page.locator('.choice').nth(1).click();
    await slots(page).first().waitFor();
    await pickDay(page);
    await slots(page).first().click();
    await page.locator('.deed').waitFor();
  },
  '7 profile': async (page) => {
    await signIn(page);
    await page.goto('/patient/profile');
    await page.locator('#p-name').waitFor();
  },
  '7 profile new number': async (page) => {
    await page.route('**/api/profiles/me', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), phone: '+919811199001', phoneConfirmed: false } });
    });
    await states['7 profile'](page);
    await page.getByRole('button', { name: /Send me a code|कोड भेजें/ }).scrollIntoViewIfNeeded();
  },
  '7 profile new number code': async (page) => {
    await states['7 profile new number'](page);
    await page.route('**/api/auth/addresses', (route) => route.fulfill({ status: 202, json: { expiresIn: 300, resendIn: 60 } }));
    await page.locator('section.card').getByRole('button').first().click();
    await page.locator('#c-phone').waitFor();
  },
  '7 profile mistakes': async (page) => {
    await states['7 profile'](page);
    await page.locator('#p-name').fill('');
    await page.locator('#p-email').fill('asha@');
    await page.locator('button[type=submit]').click();
    await page.locator('.field__error').first().waitFor();
  },
  broken: async (page) => {
    await page.route('**/api/**', (route) => route.fulfill({ status: 503, json: { code: 'UNAVAILABLE' } }));
    await page.goto('/patient/');
    await page.locator('.empty').waitFor({ timeout: 20000 });
  },
};
