// What the browser tests of the booking page have in common: the other visitors (plain requests) and the usual clicks.
import { base } from './browser.mjs';

/** A plain request of somebody else; the answer's JSON with its status. */
export async function request(method, path, body, headers = {}) {
  const answer = await fetch(base + path, {
    method,
    headers: { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }), ...headers },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, ...(text && JSON.parse(text)) };
}

export const list = async (path) => (await request('GET', path)).items;

/** Somebody else books that very time. */
export const steal = ({ doctorId, startsAt, serviceId }, name = 'Somebody Else') =>
  request('POST', '/api/appointments', { name, phone: '9876543210', doctorId, serviceId, startsAt });

/** Everything that the page sends to the API, as it leaves: [{method, path, body, headers}] */
export function record(page) {
  const sent = [];
  page.on('request', (r) => {
    const { pathname } = new URL(r.url());
    if (pathname.startsWith('/api/'))
      sent.push({ method: r.method(), path: pathname, body: r.postDataJSON(), headers: r.headers() });
  });
  return sent;
}

export async function toTimes(page, { service = 'Consultation', doctor = 'Dr. Meera Rao' } = {}) {
  await page.goto('/');
  await page.getByRole('button', { name: service }).click();
  await page.getByRole('button', { name: doctor }).click();
  await page.locator('.slots .slot').first().waitFor();
}

/** A later day with some free times (so that none passes while the test runs): the last of the strip, or `back` before it. */
export async function pickDay(page, back = 0) {
  const roomy = await page
    .locator('.day:has(input)')
    .evaluateAll((days) =>
      days.flatMap((day, i) => (parseInt(day.querySelector('.day__free').textContent, 10) >= 6 ? [i] : [])),
    );
  const nth = roomy[Math.max(0, roomy.length - 1 - back)] ?? 0;
  await page.locator('.day input').nth(nth).check({ force: true });
  await page.locator('.slots .slot').first().waitFor();
}

export const slots = (page) => page.locator('.slots .slot:not(.slot--taken)');

/** Choose a free time of the shown day; its text, '17:15'. */
export async function pickTime(page, n = 0) {
  const slot = slots(page).nth(n % (await slots(page).count()));
  const text = (await slot.textContent()).trim();
  await slot.click();
  await page.locator('form button[type=submit]').waitFor();
  return text;
}

export async function fill(page, { name = 'Asha Patil', phone = '98000 00001' } = {}) {
  await page.locator('#d-phone').fill(phone);
  await page.locator('#d-name').fill(name);
}

export const book = (page) => page.locator('form button[type=submit]').click();
