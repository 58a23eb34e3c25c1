/*
 * The second factor: setting it up at a sign-in and on one's own account, showing
 * it, recovery codes; and passwords, one's own and by a link.  The codes are those
 * of a real app.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { leave } from './lib/browser.mjs';
import { PASSWORD, ZONE, launch, noSession, noSideways, people, sql, violations, visitor, widths } from './lib/staff.mjs';
import { totp, wrongCode } from './lib/totp.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const wrongWords = /status of (400|401)/;

async function withPage(options, run, expected = noSession) {
  const page = await visitor(browser, options);
  try {
    await run(page);
    assert.deepEqual(page.noise.filter((line) => !expected.test(line) && !noSession.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await leave(page);
  }
}

async function signIn(page, who, password = PASSWORD) {
  await page.getByLabel('E-mail').fill(people[who]);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
const begin = async (page, who, password) => {
  await page.goto('/staff/');
  await signIn(page, who, password);
};
const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor();
const today = (page) => page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
const secretOf = (page) => page.locator('[data-secret]').getAttribute('data-secret');
const forgetSteps = () => sql('UPDATE auth.totp SET step = -1, failures = 0');
const nobodyHasOne = () => sql('DELETE FROM auth.totp');
const good = async (page, what) => {
  assert.deepEqual(await violations(page), [], `axe has nothing to say about ${what}`);
  await noSideways(page);
};
async function show(page, code) {
  await page.getByLabel('Code from the app').fill(code);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

for (const width of widths)
  test(`an administrator sets it up at the first sign-in, and shows it at the next, at ${width} pixels`, () => withPage({ width }, async (page) => {
    await nobodyHasOne();
    await begin(page, 'admin');
    await heading(page, 'Set up the second factor');
    const secret = await secretOf(page);
    assert.equal((await page.locator('.secret-text').textContent()).replace(/ /g, ''), secret, 'the key can be typed');
    assert.ok(await page.locator('img.qr').evaluate((img) => img.complete && img.naturalWidth > 0), 'the QR code is drawn');
    assert.match(await page.getByRole('link', { name: 'Open the app on this device' }).getAttribute('href'), new RegExp(`^otpauth://totp/.*secret=${secret}&`));
    await good(page, 'the set-up');
    await page.getByLabel('Code from the app').fill(wrongCode(secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('That is not the code of this moment').waitFor();
    await good(page, 'a wrong code');
    await page.getByLabel('Code from the app').fill(totp(secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await heading(page, 'Recovery codes');
    assert.equal(await page.locator('.codes li').count(), 10);
    await good(page, 'the recovery codes');
    const codes = await page.locator('.codes li').allTextContents();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await today(page);

    await page.context().clearCookies();
    await forgetSteps();
    await begin(page, 'admin');
    await heading(page, 'Second step');
    await good(page, 'the second step');
    assert.equal((await page.context().cookies()).length, 0, 'the password alone has left no cookie');
    await show(page, wrongCode(secret));
    await page.getByRole('alert').getByText('That is not the code of this moment').waitFor();
    await show(page, totp(secret));
    await today(page);

    await page.context().clearCookies();
    await begin(page, 'admin');
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await good(page, 'recovering');
    await page.getByLabel('Recovery code').fill('aaaa-aaaa-aaaa-aaaa');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').getByText('That is no recovery code of yours').waitFor();
    await page.getByLabel('Recovery code').fill(codes[0].toUpperCase());
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await today(page);
  }, wrongWords));

test('five wrong codes lead back to the password', () => withPage({ width: 1280 }, async (page) => {
  await nobodyHasOne();
  await begin(page, 'admin');
  const secret = await secretOf(page);
  await page.getByLabel('Code from the app').fill(totp(secret));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await today(page);
  await page.context().clearCookies();
  await forgetSteps();
  await begin(page, 'admin');
  for (let i = 0; i < 5; i++) {
    await show(page, wrongCode(secret));
    await page.getByRole('alert').waitFor();
    await page.locator('button[type=submit]:not([aria-busy])').waitFor();
  }
  await page.getByText('too many codes were wrong').waitFor();
  await signIn(page, 'admin');
  await show(page, totp(secret));
  await today(page);
}, wrongWords));

async function account(page, who, password) {
  await begin(page, who, password);
  await today(page);
  if (page.viewportSize().width > 600)
    await page.locator('.me').click();
  else
    await page.getByRole('button', { name: 'More' }).click();
  await page.locator('.menu:popover-open').getByRole('link', { name: 'My account' }).click();
  await heading(page, 'My account');
}

for (const width of widths)
  test(`anybody has one for the asking, and takes it away with the password, at ${width} pixels`, () => withPage({ width }, async (page) => {
    await nobodyHasOne();
    await account(page, 'desk');
    await page.getByText('It is off').waitFor();
    await page.getByRole('list', { name: 'My sessions' }).getByText('This one').waitFor();
    await good(page, 'the account');
    await page.getByRole('button', { name: 'Set up the second factor' }).click();
    const secret = await secretOf(page);
    await page.getByLabel('Code from the app').fill(totp(secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('It is on').waitFor();
    await page.getByText('10 recovery codes are left.').waitFor();
    await good(page, 'the account with it');
    await page.getByRole('button', { name: 'Remove the second factor' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Present password').fill('wrong');
    await dialog.getByRole('button', { name: 'Remove the second factor' }).click();
    await dialog.getByText('That is not your present password').waitFor();
    await good(page, 'the refusal');
    await dialog.getByLabel('Present password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Remove the second factor' }).click();
    await page.getByText('It is off').waitFor();
  }, wrongWords));

const renew = async (page, password) => {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Present password').fill(password);
  await dialog.getByRole('button', { name: 'Make new ones' }).click();
};
const onPaper = async (page) => {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const shown = await page.evaluate(() => document.body.innerText);
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
  return shown.split('\n').filter(Boolean);
};

for (const width of [360, 1280])
  test(`few recovery codes are left: there are others for the password, at ${width} pixels`, () => withPage({ width, permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await nobodyHasOne();
    await account(page, 'desk');
    await page.getByRole('button', { name: 'Set up the second factor' }).click();
    const secret = await secretOf(page);
    await page.getByLabel('Code from the app').fill(totp(secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await heading(page, 'Recovery codes');
    const old = await page.locator('.codes li').allTextContents();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();
    for (const [left, words] of [[4, null], [3, 'Few recovery codes are left'], [0, 'No recovery code is left']]) {
      await sql(`UPDATE auth.totp SET recovery_hashes = recovery_hashes[1:${left}]`);
      await page.reload();
      await page.getByText(`${left} recovery codes are left.`).waitFor();
      assert.equal(await page.locator('.banner--warning').count(), words ? 1 : 0, `with ${left}`);
      if (words)
        await page.locator('.banner--warning').getByText(words).waitFor();
    }
    await good(page, 'that none is left');

    const opener = page.getByRole('button', { name: 'New recovery codes' });
    await opener.click();
    await renew(page, 'wrong');
    await page.getByRole('dialog').getByText('That is not your present password').waitFor();
    await good(page, 'the refusal');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('No recovery code is left').waitFor();
    await opener.click();
    await renew(page, PASSWORD);
    await heading(page, 'Recovery codes');
    assert.ok(await page.getByRole('heading', { name: 'Recovery codes' }).evaluate((h) => h === document.activeElement), 'who reads by ear is there');
    const codes = await page.locator('.codes li').allTextContents();
    assert.equal(new Set([...codes, ...old]).size, 20, 'ten others');
    await good(page, 'the new codes');
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), codes.join('\n'));
    await page.evaluate(() => {
      globalThis.print = () => {
        globalThis.printed = true;
      };
    });
    await page.getByRole('button', { name: 'Print' }).click();
    assert.equal(await page.evaluate(() => globalThis.printed), true);
    const paper = await onPaper(page);
    assert.deepEqual(paper.slice(2, -1), codes, 'on paper are the codes');
    assert.match(paper.at(-1), new RegExp(`^For ${new URL(page.url()).host}, made on .* ${new Intl.DateTimeFormat('en', { timeZone: ZONE, year: 'numeric' }).format()}\\.$`), 'what for, and of when');
    assert.match(paper.slice(0, 2).join(' '), /^Recovery codes If the phone is lost,/, 'and nothing else');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();
    assert.equal(await page.locator('.banner--warning').count(), 0, 'and all is well');

    await page.context().clearCookies();
    await begin(page, 'desk');
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(codes[0]);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await today(page);
  }, wrongWords));

test('a password is changed: not to a common one, and not without the present one', () => withPage({ width: 390 }, async (page) => {
  await account(page, 'arun');
  const fill = async (present, chosen) => {
    await page.getByLabel('Present password').fill(present);
    await page.getByLabel('New password').fill(chosen);
    await page.getByRole('button', { name: 'Change the password' }).click();
  };
  await fill(PASSWORD, 'seven77');
  await page.getByText('It has fewer than 8 characters').waitFor();
  await fill(PASSWORD, 'Password1');
  await page.getByText('Too many people use this one').waitFor();
  await good(page, 'a refused password');
  await fill('wrong', 'four words or so');
  await page.getByRole('alert').getByText('That is not your present password').waitFor();
  await fill(PASSWORD, 'four words or so');
  await page.getByText('The password is changed').waitFor();
  assert.equal(await page.getByLabel('New password').inputValue(), '', 'nothing of it stays on the page');
  await page.reload();
  await heading(page, 'My account');
  await page.context().clearCookies();
  await begin(page, 'arun');
  await page.getByRole('alert').getByText('do not go together').waitFor();
  await signIn(page, 'arun', 'four words or so');
  await today(page);
}, wrongWords));

test('too many tries: a time, not a code', () => withPage({ width: 390 }, async (page) => {
  await nobodyHasOne();
  await account(page, 'desk');
  await page.getByRole('button', { name: 'Set up the second factor' }).click();
  const secret = await secretOf(page);
  await page.getByLabel('Code from the app').fill(totp(secret));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('It is on').waitFor();
  await page.context().clearCookies();
  await begin(page, 'desk');
  await page.route('**/api/auth/mfa', (route) => route.fulfill({ status: 429, headers: { 'Retry-After': '2' }, contentType: 'application/problem+json', json: { code: 'RATE_LIMITED' } }), { times: 1 });
  await show(page, totp(secret));
  await page.getByRole('alert').getByText(/You can try again in 0:0[12]/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Sign in', exact: true }).getAttribute('aria-disabled'), 'true');
  await forgetSteps();
  await page.getByRole('button', { name: 'Sign in', exact: true }).and(page.locator(':not([aria-disabled])')).waitFor();
  await show(page, totp(secret));
  await today(page);
}, /status of 429/));

/* As an administrator's answer has it (t/sql/factor.sql asks as one). */
async function linkFor(who) {
  const token = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(token).digest('hex');
  await sql(`INSERT INTO auth.password_link (account_id, clinic_id, hash, expires_at)
    SELECT id, clinic_id, '\\x${hash}', now() + interval '1 day' FROM auth.account WHERE email = '${people[who]}'
    ON CONFLICT (account_id) DO UPDATE SET hash = EXCLUDED.hash, expires_at = EXCLUDED.expires_at`);
  return `/staff/set-password#${token}`;
}

for (const width of widths)
  test(`a link sets a password, once, at ${width} pixels`, () => withPage({ width }, async (page) => {
    await nobodyHasOne();
    const link = await linkFor('doctor');
    await page.goto(link);
    await heading(page, 'Choose a password');
    assert.equal(await page.evaluate(() => location.hash), '', 'the token is not in the address any more');
    await good(page, 'the page of the link');
    await page.getByLabel('New password').fill('12345678');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('Too many people use this one').waitFor();
    await page.getByLabel('New password').fill(`hers at ${width} pixels`);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('The password is set').waitFor();
    await good(page, 'that it is set');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, 'doctor', `hers at ${width} pixels`);
    await today(page);
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByLabel('New password').fill('and once more of it');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('This link works no more').waitFor();
    await page.goto('about:blank');
    await page.goto('/staff/set-password');
    await page.getByText('This link is incomplete').waitFor();
  }, wrongWords));

test('in Hindi as well', () => withPage({ width: 390, locale: 'hi-IN' }, async (page) => {
  await nobodyHasOne();
  await page.goto('/staff/');
  await page.locator('input[name=email]').fill(people.admin);
  await page.locator('input[name=secret]').fill(PASSWORD);
  await page.locator('button[type=submit]').click();
  await heading(page, 'दूसरा चरण सेट करें');
  await good(page, 'it');
}));
