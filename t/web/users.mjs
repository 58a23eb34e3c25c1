/*
 * Users: administrators invite, change and disable the staff; everybody else
 * does not see the page.  Where one is signed in, everybody sees and ends themselves.
 */
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { leave } from './lib/browser.mjs';
import { caller, launch, newToken, noSideways, pageOf, sql, violations, widths, withStaff } from './lib/staff.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const person = (page, email) => page.locator(`[data-user="${email}"]`);
const dialog = (page) => page.getByRole('dialog');
const open = async (page, tab = '') => {
  await page.goto(`/staff/users${tab}`);
  await page.getByRole('heading', { level: 1, name: 'Users and devices' }).waitFor();
};
const said = (page, text) => page.locator('.toast', { hasText: text }).last().waitFor();
const wasRefused = /status of (400|409)/;

for (const width of widths)
  test(`an administrator invites somebody and disables them, at ${width} pixels`, () => withStaff(browser, 'admin', { width }, wasRefused)(async (page) => {
    const email = `nandini.${width}@opdesk.test`;
    await open(page);
    await person(page, 'meera@opdesk.test').waitFor();
    assert.match(await person(page, 'meera@opdesk.test').innerText(), /Dr. Meera Rao\s+meera@opdesk.test\s+Doctor\s+Active/, 'who, as what, how it stands');
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about the list');
    await noSideways(page);

    await page.getByRole('button', { name: 'Invite somebody' }).click();
    assert.deepEqual(await violations(page), [], 'nor about the dialog');
    await dialog(page).getByLabel('Name').fill('Nandini Rao');
    await dialog(page).getByLabel('E-mail').fill('Desk@opdesk.test');
    await dialog(page).getByRole('button', { name: 'Invite', exact: true }).click();
    await dialog(page).getByText('That is no address, or somebody here has it.').waitFor();
    assert.equal(await dialog(page).getByLabel('E-mail').getAttribute('aria-invalid'), 'true', 'an address that somebody has is refused at its field');
    await dialog(page).getByLabel('E-mail').fill(email);
    await dialog(page).getByRole('button', { name: 'Invite', exact: true }).click();
    await person(page, email).getByText('No password yet').waitFor();
    const link = await dialog(page).getByLabel('Password link').inputValue();
    const token = link.match(/\/staff\/set-password#([\w-]{43})$/)[1];
    assert.equal(sql(`SELECT count(*) FROM auth.password_link WHERE hash = sha256('${token}')`), '1', 'a link is shown, once');
    assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    await person(page, email).getByRole('button', { name: 'Password link for Nandini Rao' }).click();
    await dialog(page).getByLabel('Password link').waitFor();
    assert.notEqual(await dialog(page).getByLabel('Password link').inputValue(), link, 'another one is another');
    await dialog(page).getByRole('button', { name: 'Close' }).click();

    await person(page, email).getByRole('button', { name: 'Change Nandini Rao' }).click();
    await dialog(page).getByLabel('Role').selectOption('doctor');
    assert.equal(await dialog(page).getByLabel('Name').count(), 0, 'a doctor has a name already');
    await dialog(page).getByLabel('Doctor').selectOption({ label: 'Dr. Arun Shah' });
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await person(page, email).getByText('Dr. Arun Shah').waitFor();
    assert.equal(sql(`SELECT role || ' ' || (doctor_id IS NOT NULL) FROM auth.account WHERE email = '${email}'`), 'doctor true');

    await person(page, email).getByRole('button', { name: 'Disable Dr. Arun Shah' }).click();
    await dialog(page).getByText('signed out everywhere at once').waitFor();
    await dialog(page).getByRole('button', { name: 'Disable' }).click();
    await person(page, email).getByText('Disabled', { exact: true }).waitFor();
    await person(page, email).getByRole('button', { name: 'Enable Dr. Arun Shah' }).click();
    await said(page, 'Dr. Arun Shah may sign in again');
    await person(page, email).getByText('No password yet').waitFor();
  }));

test('a second factor that is lost is taken away', () => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  sql(`INSERT INTO auth.totp (account_id, clinic_id, secret, confirmed_at) SELECT id, clinic_id, 'x', now() FROM auth.account WHERE email = 'arun@opdesk.test'`);
  await open(page);
  await person(page, 'arun@opdesk.test').getByText('With second factor').waitFor();
  await page.getByRole('button', { name: 'Remove the second factor of Dr. Arun Shah' }).click();
  await dialog(page).getByText('lost phone and recovery codes').waitFor();
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about the question');
  await dialog(page).getByRole('button', { name: 'Remove second factor' }).click();
  await said(page, 'signs in without a second factor');
  await person(page, 'arun@opdesk.test').getByText('With second factor').waitFor({ state: 'detached' });
  assert.equal(sql('SELECT count(*) FROM auth.totp'), '0');
}));

test('the last administrator who can sign in stays one', () => withStaff(browser, 'admin', { width: 1280 })(async (page) => {
  await open(page);
  await person(page, 'admin@opdesk.test').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Disable Asmita Kulkarni' }).count(), 0, 'nobody is offered to disable them');
  await page.getByRole('button', { name: 'Change Asmita Kulkarni' }).click();
  assert.equal(await dialog(page).getByLabel('Role').isDisabled(), true, 'nor to give them another role');
  await dialog(page).getByText('stays one').waitFor();
}));

test('who comes second is told, and sees how it stands', () => withStaff(browser, 'admin', { width: 1280 }, wasRefused)(async (page) => {
  await open(page);
  await person(page, 'desk@opdesk.test').getByRole('button', { name: 'Change Deepak Joshi' }).click();
  const call = await caller('admin');
  const user = (await call('GET', '/api/admin/users')).body.items.find((one) => one.email === 'desk@opdesk.test');
  assert.equal((await call('PATCH', `/api/admin/users/${user.id}`, { version: user.version, name: 'Deepak S. Joshi' })).status, 200);
  await dialog(page).getByLabel('Name').fill('D. Joshi');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).getByRole('alert').waitFor();
  await person(page, 'desk@opdesk.test').getByText('Deepak S. Joshi').waitFor();
  await call('PATCH', `/api/admin/users/${user.id}`, { version: user.version + 1, name: 'Deepak Joshi' });
}));

for (const who of ['desk', 'doctor'])
  test(`${who} does not see the page`, () => withStaff(browser, who, { width: 1280 })(async (page) => {
    await page.goto('/staff/users');
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
    assert.equal(await page.locator('a[href="/staff/users"]').count(), 0, 'nor a way there');
  }));

test('one sees where one is signed in, and ends it there', () => withStaff(browser, 'admin', { width: 390 })(async (page) => {
  await newToken('admin');
  sql(`UPDATE auth.session SET agent = 'Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0' WHERE created_at = (SELECT max(created_at) FROM auth.session)`);
  await page.goto('/staff/account');
  const list = page.getByRole('list', { name: 'My sessions' }).getByRole('listitem');
  await list.first().waitFor();
  assert.match(await list.first().innerText(), /Chrome on \w+\s+Since today, \d\d:\d\d\s+This one/, 'this one first, by its browser');
  assert.equal(await list.first().getByRole('button').count(), 0, 'which one signs out of, and does not end here');
  assert.deepEqual(await violations(page), [], 'axe has nothing to say about it');
  await noSideways(page);
  await list.filter({ hasText: 'Firefox on Windows' }).getByRole('button', { name: 'End the session: Firefox on Windows' }).click();
  await said(page, 'Ended: Firefox on Windows');
  await page.waitForFunction(() => !/Firefox on Windows/.test(document.querySelector('.sessions').textContent));
  assert.equal(sql(`SELECT bool_and(revoked_at IS NOT NULL) FROM auth.session WHERE agent LIKE '%Firefox/128.0'`), 't', 'and it is over');
}));
