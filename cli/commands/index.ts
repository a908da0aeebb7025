import type { Command, CommandGroup } from '../command.ts'
import { accounts } from './accounts.ts'
import { check } from './check.ts'
import { discover } from './discover.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { importManifest } from './import.ts'
import { list } from './list.ts'
import { metrics } from './metrics.ts'
import { publish } from './publish.ts'
import { read } from './read.ts'
import { runs } from './runs.ts'
import { sandbox } from './sandbox.ts'
import { schema } from './schema.ts'
import { serve } from './serve.ts'
import { spec } from './spec.ts'
import { state } from './state.ts'
import { sync } from './sync.ts'
import { validate } from './validate.ts'

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
