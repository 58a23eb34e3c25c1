// Users, devices and one's own sessions; the page that waits for approval is in staff-signin.
import { signIn } from '../lib/diary.mjs';

export const name = 'staff-users';
export const langs = ['en', 'hi'];

const agents = {
  desk: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
  meera: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  arun: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
};
const person = (n, called, role) => ({ id: `00000000-0000-4000-8000-0000000000c${n}`, name: called, role });
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

/* The demo asks for no approval, so what stands here is told to the page. */
const device = (n, state, whose, agent, minutes) => ({
  id: `9999abcd-9999-4999-8999-9999abcdef9${n}`, person: whose, agent, state, createdAt: ago(minutes + 9000), seenAt: ago(minutes),
  approvedAt: state === 'waiting' ? null : ago(8000), approvedBy: state === 'waiting' ? null : person(1, 'Asmita Kulkarni', 'admin'), revokedAt: state === 'revoked' ? ago(100) : null,
});
const devices = [
  device(1, 'waiting', person(3, 'Dr. Meera Rao', 'doctor'), agents.meera, 1),
  device(2, 'approved', person(2, 'Deepak Joshi', 'frontdesk'), agents.desk, 30),
  device(3, 'approved', person(3, 'Dr. Meera Rao', 'doctor'), agents.desk, 3000),
  device(4, 'revoked', person(4, 'Dr. Arun Shah', 'doctor'), agents.arun, 9000),
];

async function open(page, at = '') {
  await signIn(page, 'admin');
  await page.goto(`/staff/users${at}`);
}
const tell = (page, items) => page.route('**/api/admin/devices', (route) => route.fulfill({ json: { items, nextCursor: null } }));

/* One of each standing, beside those of the demo. */
const withMore = (page) => page.route('**/api/admin/users', async (route) => {
  const answer = await (await route.fetch()).json();
  answer.items.push({ ...answer.items[1], id: '9999abcd-9999-4999-8999-9999abcdef97', name: 'Nandini Venkatasubramanian Rao', email: 'nandini.venkatasubramanian@opdesk.test', hasPassword: false });
  answer.items.push({ ...answer.items[1], id: '9999abcd-9999-4999-8999-9999abcdef98', name: 'Farhan Ansari', email: 'farhan@opdesk.test', disabled: true });
  await route.fulfill({ json: answer });
});

export const states = {
  'people': async (page) => {
    await withMore(page);
    await tell(page, devices);
    await open(page);
    await page.locator('[data-user]').nth(5).waitFor();
  },
  'invite': async (page) => {
    await open(page);
    await page.locator('.work__body .btn--primary').click();
    await page.locator('.dialog').waitFor();
  },
  'invite, refused': async (page) => {
    await open(page);
    await page.locator('.work__body .btn--primary').click();
    await page.locator('.dialog input[name=name]').fill('Nandini Rao');
    await page.locator('.dialog input[name=email]').fill('desk@opdesk.test');
    await page.locator('.dialog .btn--primary').click();
    await page.locator('.field__error').waitFor();
  },
  'link': async (page) => {
    await page.route('**/reset-link', (route) => route.fulfill({ json: { link: '/staff/set-password#WlSp3v8bcSNmXx0Yq1i8yTz6pHgC2eR4uQkJ7dVoLfA', expiresAt: ago(-1440) } }));
    await open(page);
    await page.locator('[data-user="desk@opdesk.test"] .btn').nth(1).click();
    await page.locator('.dialog').waitFor();
  },
  'change': async (page) => {
    await open(page);
    await page.locator('[data-user="meera@opdesk.test"] .btn').first().click();
    await page.locator('.dialog').waitFor();
  },
  'disable': async (page) => {
    await open(page);
    await page.locator('[data-user="desk@opdesk.test"] .btn').last().click();
    await page.locator('.dialog').waitFor();
  },
  'devices': async (page) => {
    await tell(page, devices);
    await open(page, '/devices');
    await page.locator('[data-device=waiting]').waitFor();
  },
  'no devices': async (page) => {
    await tell(page, []);
    await open(page, '/devices');
    await page.locator('.empty').waitFor();
  },
  'sessions': async (page) => {
    await page.route('**/api/auth/sessions', (route) => route.fulfill({ json: { nextCursor: null, items: [
      { id: '9999abcd-9999-4999-8999-9999abcdef91', current: true, agent: agents.arun, createdAt: ago(90), seenAt: ago(3), expiresAt: ago(-9999) },
      { id: '9999abcd-9999-4999-8999-9999abcdef92', current: false, agent: agents.meera, createdAt: ago(2000), seenAt: ago(60), expiresAt: ago(-9999) },
      { id: '9999abcd-9999-4999-8999-9999abcdef93', current: false, agent: null, createdAt: ago(9000), seenAt: ago(9000), expiresAt: ago(-9999) },
    ] } }));
    await signIn(page, 'admin');
    await page.goto('/staff/account');
    await page.locator('.sessions__one').nth(2).waitFor();
  },
  'broken': async (page) => {
    await page.route('**/api/admin/users', (route) => route.fulfill({ status: 500, json: { code: 'INTERNAL_ERROR' } }));
    await open(page);
    await page.locator('.empty--error').waitFor();
  },
};
