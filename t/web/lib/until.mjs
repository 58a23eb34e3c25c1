import assert from 'node:assert/strict';

/** Waits for a condition, and fails in its own words if it does not come. */
export async function until(condition, what, ms = 8000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await condition();
    if (found)
      return found;
    assert.ok(Date.now() < end, `within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
