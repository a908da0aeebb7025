import { accounts } from './accounts/command.ts'
import type { Command, CommandGroup } from './command.ts'
import { doctor } from './doctor/command.ts'
import { importManifest } from './manifest/import.ts'
import { list } from './manifest/list.ts'
import { metrics } from './manifest/metrics.ts'
import { validate } from './manifest/validate.ts'
import { check } from './protocol/check.ts'
import { discover } from './protocol/discover.ts'
import { spec } from './protocol/spec.ts'
import { publish } from './publish/command.ts'
import { read } from './read/command.ts'
import { explain } from './read/explain.ts'
import { runs } from './runs/command.ts'
import { sandbox } from './sandbox/command.ts'
import { schema } from './schema/command.ts'
import { serve } from './serve/command.ts'
import { state } from './state/command.ts'
import { sync } from './sync/command.ts'

export const commands: readonly (Command | CommandGroup)[] = [
  spec,
  check,
  discover,
  read,
  sync,
  serve,
  explain,
  validate,
  importManifest,
  list,
  state,
  schema,
  metrics,
  publish,
  doctor,
  runs,
  accounts,
  sandbox,
]
