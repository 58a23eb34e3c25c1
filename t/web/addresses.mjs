/*
 * A new phone in the patient's profile: it is confirmed by a code, or it is
 * somebody else's, or the codes come too fast.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, leave, violations } from './lib/browser.mjs';
import { ASHA, BILAL, codeOf, patientPage, wrong } from './lib/patient.mjs';
import { demo, noSideways, sql, widths } from './lib/staff.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const section = (page, name) => page.getByRole('region', { name });
const toast = (page, text) => page.locator('.toast', { hasText: text });
const signsIn = (address) => sql(`SELECT patient_id FROM auth.reach WHERE address = '${address}' AND proven_at IS NOT NULL`);

async function save(page, phone) {
  await page.goto('/patient/profile');
  await page.getByLabel('Mobile number').fill(phone);
  await page.getByRole('button', { name: 'Save' }).click();
}

async function withPatient(options, phone, run, expected) {
  const page = await patientPage(browser, options, phone);
  try {
    await run(page);
    assert.deepEqual(page.noise.filter((line) => !expected.test(line)), [], 'the console is silent, no request leaves');
  } finally {
    await leave(page);
  }
}

for (const width of widths)
  test(`a new number is confirmed at ${width} pixels`, () =>
    withPatient({ width }, ASHA, async (page) => {
      const number = `98111 99${width}`.slice(0, 11);
      const address = `+91${number.replace(' ', '')}`;
      await page.goto('/patient/profile');
      await page.getByLabel('Mobile number').waitFor();
      assert.equal(await page.getByRole('heading', { name: 'Confirm' }).count(), 0, 'what signs them in asks for nothing');
      await save(page, number);
      const confirm = section(page, 'Confirm your new number');
      await confirm.getByText('You do not sign in with').waitFor();
      assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
      await noSideways(page);
      await page.reload();
      await confirm.getByRole('button', { name: 'Send me a code' }).click();
      await confirm.getByRole('textbox').waitFor();
      assert.ok(await confirm.getByRole('textbox').evaluate((input) => input === document.activeElement), 'the code can be typed at once');
      assert.deepEqual(await violations(page), [], 'nor about the code');
      await noSideways(page);
      const code = codeOf(address);
      await confirm.getByRole('textbox').fill(wrong(code));
      await confirm.locator('.field__error').waitFor();
      assert.equal(signsIn(address), '', 'another code confirms nothing');
      await confirm.getByRole('textbox').fill(code);
      await toast(page, 'You can sign in with this number').waitFor();
      await confirm.waitFor({ state: 'detached' });
      assert.equal(signsIn(address), demo.asha);
    }, /status of 401/));

test('whoever thinks again leaves it for later', () =>
  withPatient({}, ASHA, async (page) => {
    await save(page, '98111 99777');
    const confirm = section(page, 'Confirm your new number');
    await confirm.getByRole('button', { name: 'Send me a code' }).click();
    await confirm.getByRole('button', { name: 'Later' }).click();
    await confirm.getByRole('button', { name: 'Send me a code' }).waitFor();
    sql('UPDATE core.limit_use SET uses = array_fill(now(), ARRAY[3])');
    await confirm.getByRole('button', { name: 'Send me a code' }).click();
    await confirm.getByRole('alert').getByText('Too many tries').waitFor();
    assert.ok(await confirm.getByRole('button', { name: 'Send me a code' }).getAttribute('aria-disabled'), 'and waits until there may be another code');
    sql('DELETE FROM core.limit_use');
  }, /status of 429/));

test('a number with which somebody else signs in stays theirs', () =>
  withPatient({}, BILAL, async (page) => {
    await save(page, '98000 00003');
    const confirm = section(page, 'Confirm your new number');
    await confirm.getByRole('button', { name: 'Send me a code' }).click();
    await confirm.getByRole('textbox').fill(codeOf('+919800000003'));
    await confirm.getByRole('alert').getByText('Somebody else signs in with this number').waitFor();
    assert.match(await confirm.getByRole('alert').innerText(), /Call the clinic/);
    assert.equal(signsIn('+919800000003'), '');
  }, /status of 409/));
