// The second factor at a sign-in, one's own account, and the page of a link that sets a password.
import { signIn } from '../lib/diary.mjs';

export const name = 'staff-factor';
export const langs = ['en', 'hi'];

const codes = [...'0123456789'].map((n) => `${n}f3k-9xqp-2mzt-hw7${n}`);
const refused = (code) => ({ status: code === 'VALIDATION_ERROR' ? 400 : 401, contentType: 'application/problem+json', json: { code, details: code === 'VALIDATION_ERROR' ? [{ field: 'newPassword', message: 'x' }] : [] } });
const answer = (page, path, what) => page.route(`**/api/auth/${path}`, (route) => route.fulfill(what));

/* The password was right, and something is owed. */
async function half(page, owed) {
  await answer(page, 'login', { status: 202, json: { challenge: 'x', ...owed } });
  await page.goto('/staff/');
  await page.locator('input[name=email]').fill('admin@opdesk.test');
  await page.locator('input[name=secret]').fill('correct horse');
  await page.locator('button[type=submit]').click();
  await page.locator('input[name=code]').waitFor();
}
const show = (page) => half(page, { mfaRequired: true });

/* A real secret and drawing, of somebody who never confirms it. */
async function account(page) {
  await signIn(page, 'doctor');
  await page.goto('/staff/account');
  await page.locator('#factor-h ~ div .btn').first().waitFor();
}
async function enrol(page) {
  await account(page);
  await page.locator('#factor-h ~ div .btn').click();
  await page.locator('img.qr').waitFor();
}
async function enrolled(page, left) {
  await answer(page, 'totp', { json: { enrolled: true, confirmedAt: '2026-11-20T09:00:00Z', recoveryCodesLeft: left, required: false } });
  await account(page);
}
async function renew(page) {
  await enrolled(page, 9);
  await page.locator('#factor-h ~ div .btn').first().click();
  await page.locator('dialog').waitFor();
}
async function prove(page) {
  await page.locator('dialog input').fill('correct horse');
  await page.locator('dialog button[type=submit]').click();
}
async function renewed(page) {
  await answer(page, 'totp/recovery-codes', { json: { recoveryCodes: codes } });
  await renew(page);
  await prove(page);
  await page.locator('.codes').waitFor();
}
async function link(page) {
  await page.goto('/staff/set-password#x');
  await page.locator('input[name=newPassword]').fill('password1');
}
const press = (page) => page.locator('button[type=submit]').click();

export const states = {
  'code': show,
  'wrong code': async (page) => {
    await answer(page, 'mfa', refused('INVALID_CREDENTIALS'));
    await show(page);
    await page.locator('input[name=code]').fill('123456');
    await press(page);
    await page.locator('.banner').waitFor();
  },
  'recovery code': async (page) => {
    await show(page);
    await page.locator('.link-btn').first().click();
  },
  'set up at sign-in': async (page) => {
    await answer(page, 'totp/enrol', { json: { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', otpauthUri: 'otpauth://totp/x', qrSvg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"><path d="M4 4h7v7h-7z"/></svg>' } });
    await half(page, { enrolmentRequired: true });
  },
  'account': account,
  'set up': enrol,
  'recovery codes': async (page) => {
    await answer(page, 'totp/confirm', { json: { recoveryCodes: codes } });
    await enrol(page);
    await page.locator('input[name=code]').fill('123456');
    await page.locator('form:has(input[name=code]) button[type=submit]').click();
    await page.locator('.codes').waitFor();
  },
  'on': (page) => enrolled(page, 9),
  'few codes': (page) => enrolled(page, 3),
  'no codes': (page) => enrolled(page, 0),
  'renew': (page) => renew(page),
  'renew refused': async (page) => {
    await answer(page, 'totp/recovery-codes', refused('INVALID_CREDENTIALS'));
    await renew(page);
    await prove(page);
    await page.locator('.field__error').waitFor();
  },
  'renewed': renewed,
  'renewed on paper': async (page) => {
    await renewed(page);
    await page.emulateMedia({ media: 'print' });
  },
  'remove': async (page) => {
    await enrolled(page, 9);
    await page.locator('#factor-h ~ div .btn--danger-quiet').click();
    await page.locator('dialog').waitFor();
  },
  'password refused': async (page) => {
    await answer(page, 'password', refused('VALIDATION_ERROR'));
    await account(page);
    await page.locator('input[name=password]').fill('correct horse');
    await page.locator('input[name=newPassword]').fill('password1');
    await press(page);
    await page.locator('.field__error').waitFor();
  },
  'link': link,
  'link over': async (page) => {
    await answer(page, 'password/reset', refused('INVALID_CREDENTIALS'));
    await link(page);
    await press(page);
    await page.locator('.banner').waitFor();
  },
  'link used': async (page) => {
    await answer(page, 'password/reset', { status: 204 });
    await link(page);
    await press(page);
    await page.locator('.empty').waitFor();
  },
};
