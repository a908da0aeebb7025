import { defineComponent } from '../../manifest/component.ts'
import { list, string } from '../../manifest/fields.ts'
import { Check, type CheckResult, type CheckTarget } from './check.ts'
import { probeStreams } from './probe-streams.ts'

export const CheckStream = defineComponent(Check, {
  type: 'CheckStream',
  summary: 'A config works when a first record of the named streams can be read.',
  fields: {
    stream_names: list(string({ description: 'A stream; under discovery a kind of stream.' }), { description: 'Streams to try.' }),
  },
  examples: [{ title: 'Try one stream', manifest: { type: 'CheckStream', stream_names: ['page'] } }],
  create: ({ stream_names }, { config, dialect }) => {
    const override = dialect === 'airbyte' ? config['__airbyte_check_stream_names'] : undefined
    const names = Array.isArray(override) ? override.map(String) : stream_names
    return { check: async (target) => (await withoutAccounts(target)) ?? withCount(target, await probeStreams(target, names, dialect)) }
  },
})

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
