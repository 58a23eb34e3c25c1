/*
 * agent.js - "Firefox on Windows" of what a browser says about itself.
 */
import { t } from '../../common/i18n.js';

/* The first that fits: the others call themselves Chrome and Safari too. */
const browsers = [[/Edg(A|iOS)?\//, 'Edge'], [/OPR\//, 'Opera'], [/SamsungBrowser\//, 'Samsung Internet'], [/(Firefox|FxiOS)\//, 'Firefox'], [/(Chrome|CriOS)\//, 'Chrome'], [/Safari\//, 'Safari']];
const systems = [[/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X|Macintosh/, 'Mac'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux']];

const nameIn = (list, agent) => list.find(([pattern]) => pattern.test(agent))?.[1];

/** What is no browser is called as it calls itself, in short. */
export function deviceName(agent) {
  if (!agent)
    return t('users.unknownDevice');
  const browser = nameIn(browsers, agent);
  const system = nameIn(systems, agent);
  if (!browser || !system)
    return browser ?? system ?? agent.slice(0, 40);
  return t('users.browserOn', { browser, system });
}
