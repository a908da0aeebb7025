import { ConfigError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import type { BuildContext, Field } from '../../manifest/definition/component.ts'
import { template } from '../../manifest/definition/fields.ts'
import { addMonths, civilFromDays, daysFromCivil, secondsPerDay, weekdayOf } from '../../template/datetime/calendar.ts'
import { DateTime, TimeDelta } from '../../template/python/datetime.ts'

/** Moves the bounds of windows to whole days, weeks or months. */
export interface Clamping {
  up(moment: DateTime): DateTime
  down(moment: DateTime): DateTime
  /** Taken off the clamped end when the cursor has no granularity. */
  readonly unit: TimeDelta
}

const targets = ['DAY', 'WEEK', 'MONTH']
const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']
const day = new TimeDelta(secondsPerDay)

/** `{ target: DAY | WEEK | MONTH, target_details: { weekday: MONDAY } }` */
export const clampingField: Field<Clamping> = {
  schema: {
    type: 'object',
    description: 'Moves window bounds to whole days, weeks or months, so that only complete periods are read.',
    required: ['target'],
    properties: {
      target: { type: 'string', enum: targets, 'x-template': [] },
      target_details: { type: 'object', properties: { weekday: { type: 'string', enum: weekdays } } },
    },
  },
  optional: false,
  build: (node, context) => {
    if (!isNode(node)) throw new ConfigError('ERR_MANIFEST_INVALID', 'clamping needs a mapping with a target')
    const target = template([], { description: '' }).build(node['target'], context).evaluate({})
    return clampingOf(target, node['target_details'], context)
  },
}

function clampingOf(target: unknown, details: unknown, { dialect }: BuildContext): Clamping {
  // In the reference a day is raised even when it is whole already, which leaves a day between two windows unread.
  if (target === 'DAY') return { up: dialect === 'native' ? ceilDay : nextDay, down: midnight, unit: new TimeDelta(1) }
  if (target === 'MONTH') return { up: ceilMonth, down: floorMonth, unit: day }
  if (target !== 'WEEK') throw new ConfigError('ERR_MANIFEST_INVALID', `Invalid clamping target ${target}, expected ${targets.join(', ')}`)
  const weekday = isNode(details) ? weekdays.indexOf(String(details['weekday'])) : -1
  if (weekday < 0) {
    throw new ConfigError('ERR_MANIFEST_INVALID', `WEEK clamping needs target_details.weekday, one of ${weekdays.join(', ')}`)
  }
  return weekClamping(weekday)
}

function onDay(moment: DateTime, days: number): DateTime {
  return new DateTime(days * secondsPerDay, 0, moment.offset)
}

const midnight = (moment: DateTime) => onDay(moment, moment.days)
const nextDay = (moment: DateTime) => onDay(moment, moment.days + 1)
const isMidnight = (moment: DateTime) => moment.micro === 0 && moment.wall === moment.days * secondsPerDay
const ceilDay = (moment: DateTime) => (isMidnight(moment) ? moment : nextDay(moment))

function weekClamping(weekday: number): Clamping {
  const ahead = (moment: DateTime) => (weekday - weekdayOf(moment.days) + 7) % 7
  return {
    up: (moment) => onDay(moment, moment.days + ahead(moment)),
    down: (moment) => onDay(moment, moment.days + ahead(moment) - 7),
    unit: day,
  }
}

function floorMonth(moment: DateTime): DateTime {
  const { year, month } = civilFromDays(moment.days)
  return onDay(moment, daysFromCivil(year, month, 1))
}

function ceilMonth(moment: DateTime): DateTime {
  const first = floorMonth(moment)
  return first.days === moment.days ? first : onDay(moment, addMonths(first.days, 1))
}
