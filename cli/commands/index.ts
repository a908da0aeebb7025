import type { Command } from '../command.ts'
import { check } from './check.ts'
import { discover } from './discover.ts'
import { explain } from './explain.ts'
import { list } from './list.ts'
import { read } from './read.ts'
import { sandbox } from './sandbox.ts'
import { spec } from './spec.ts'
import { validate } from './validate.ts'

export const commands: readonly Command[] = [spec, check, discover, read, explain, validate, list, sandbox]
