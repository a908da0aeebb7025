import { ConfigError, suggest } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, slot, string } from '../../manifest/definition/fields.ts'
import { Check, type CheckResult, type CheckTarget, DynamicCheck } from './check.ts'
import { probeStreams } from './probe-streams.ts'

export const CheckStream = defineComponent(Check, {
  type: 'CheckStream',
  summary: 'A config works when a first record of the named streams can be read.',
  fields: {
    stream_names: optional(
      list(string({ description: 'A stream; under discovery a kind of stream.' }), { description: 'Streams to try.' }),
    ),
    dynamic_streams_check_configs: optional(
      list(slot(DynamicCheck, { description: 'A group.', default_type: 'DynamicStreamCheckConfig' }), {
        description: 'Groups of dynamic streams of which some are tried.',
      }),
    ),
  },
  examples: [{ title: 'Try one stream', manifest: { type: 'CheckStream', stream_names: ['page'] } }],
  create: ({ stream_names = [], dynamic_streams_check_configs = [] }, { config, dialect }) => {
    if (dialect === 'native' && stream_names.length === 0) {
      throw new ConfigError('ERR_MANIFEST_INVALID', "CheckStream needs 'stream_names', or it would try nothing")
    }
    const override = dialect === 'airbyte' ? config['__airbyte_check_stream_names'] : undefined
    const names = Array.isArray(override) ? override.map(String) : stream_names
    return {
      check: async (target) => {
        const all = [...names, ...dynamicNames(target, dynamic_streams_check_configs)]
        return (await withoutAccounts(target)) ?? withCount(target, await probeStreams(target, all, dialect))
      },
    }
  },
})

function dynamicNames({ dynamicStreams = new Map() }: CheckTarget, groups: readonly DynamicCheck[]): readonly string[] {
  return groups.flatMap(({ group, count }) => {
    const names: readonly string[] | undefined = dynamicStreams.get(group)
    if (names) return names.slice(0, count)
    const known = [...dynamicStreams.keys()]
    throw new ConfigError('ERR_STREAM_UNKNOWN', `the check names dynamic streams '${group}', which do not exist; ${suggest(group, known)}`)
  })
}

/** A token that sees no account passes every other test and is of no use. */
async function withoutAccounts(target: CheckTarget): Promise<CheckResult | undefined> {
  const accounts = await target.accounts()
  if (accounts?.length !== 0) return undefined
  return { status: 'FAILED', message: 'the token sees no account; log in with a user who manages one, and grant access to it' }
}

async function withCount(target: CheckTarget, result: CheckResult): Promise<CheckResult> {
  const accounts = await target.accounts()
  if (!accounts || result.status === 'FAILED') return result
  const found = `${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'} found`
  return { ...result, message: result.message ? `${found}; ${result.message}` : found }
}
