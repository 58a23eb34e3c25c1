// The strip of days and the times of the chosen one, as this page knows them.
import * as shared from '../common/daytimes.jsx';
import { dayOf, now } from '../common/time.js';
import { day, goTo, slot, zone } from './flow.js';
import { asking, choose } from './holding.js';
import { moreDays, showMore, strip, times } from './slots.js';

export const Days = () => (
  <shared.Days
    list={strip.value}
    day={day.value}
    today={dayOf(now(), zone.value)}
    onDay={(one) => {
      day.value = one;
    }}
    onMore={moreDays.value ? showMore : null}
  />
);

const isChosen = (time) =>
  Boolean(slot.value) &&
  Date.parse(slot.value.startsAt) === time.ms &&
  time.choices.some((one) => one.doctorId === slot.value.doctorId);

export const Times = () => (
  <shared.Times
    list={times.value}
    isChosen={isChosen}
    askedFor={asking.value}
    onPick={(time) => (isChosen(time) ? goTo('details') : choose(time.choices))}
  />
);
