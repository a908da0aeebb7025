import { defined } from '../../defined.ts'
import { AuthenticationError, ConfigError, ConnectorError } from '../../errors.ts'
import { type BuildContext, defineComponent, type Values } from '../../manifest/definition/component.ts'
import { type BoundTemplate, list, optional, slot, string, template, withDefault } from '../../manifest/definition/fields.ts'
import type { Row } from '../../protocol/messages.ts'
import { Retriever, type StreamSlice } from '../read/retriever.ts'
import { valueAt } from '../values/field-path.ts'
import { type Account, Discovery } from './discovery.ts'

const retrievers = (description: string) =>
  optional(list(slot(Retriever, { description, default_type: 'SimpleRetriever' }), { description }))

const fields = {
  retriever: optional(slot(Retriever, { description: 'Lists the accounts. Each of its records becomes `account` in templates.' })),
  retrievers: retrievers('More lists of accounts, read after `retriever`.'),
  optional_retrievers: retrievers(
    'Lists read last, for which the token may lack the permission: when they are rejected, that is a warning.',
  ),
  account_id: withDefault(string({ description: 'Path of the id in the record, segments separated by dots.' }), 'id'),
  account_name: withDefault(string({ description: 'Path of the name in the record, segments separated by dots.' }), 'name'),
  partition_field: withDefault(
    string({ description: 'Name of the partition value that holds the account id when streams are merged.' }),
    'account_id',
  ),
  secrets: optional(
    list(string({ description: 'Path of a field.' }), { description: 'Fields that must never be printed, such as access_token.' }),
  ),
  account_ids: optional(
    template([], {
      description: 'A template that yields the ids to keep; nothing or an empty list keeps all.',
      examples: ["{{ config['page_ids'] }}"],
    }),
  ),
}
type Definition = Values<typeof fields>

export const AccountDiscovery = defineComponent(Discovery, {
  type: 'AccountDiscovery',
  summary: 'Finds the accounts that a token can see by reading one or more lists of them.',
  fields,
  examples: [
    {
      title: 'Pages of a user',
      manifest: {
        type: 'AccountDiscovery',
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'me/accounts' },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
        },
        partition_field: 'page_id',
        secrets: ['access_token'],
      },
    },
  ],
  create: (definition, context) => {
    const required = [...(definition.retriever ? [definition.retriever] : []), ...(definition.retrievers ?? [])]
    if (required.length === 0) throw new ConfigError('ERR_MANIFEST_INVALID', "AccountDiscovery needs 'retriever' or 'retrievers'")
    return {
      partitionField: definition.partition_field,
      accounts: (signal) => discover({ required, definition, context }, signal),
    }
  },
})

interface Setting {
  readonly required: readonly Retriever[]
  readonly definition: Definition
  readonly context: BuildContext
}

async function* discover({ required, definition, context }: Setting, signal: AbortSignal | undefined): AsyncGenerator<Account> {
  const wanted = wantedIds(definition.account_ids)
  const missing = new Set(wanted)
  const seen = new Set<string>()
  // Nothing more is asked for once every wanted account is found.
  const complete = () => wanted !== undefined && missing.size === 0
  for await (const row of rowsOf({ required, definition, context }, signal)) {
    const account = accountOf(row, definition)
    hideSecrets(row, definition, context)
    if (seen.has(account.id) || (wanted && !missing.delete(account.id))) continue
    seen.add(account.id)
    yield account
    if (complete()) return
  }
  for (const id of missing) reportMissing(id, context)
}

async function* rowsOf({ required, definition, context }: Setting, signal: AbortSignal | undefined): AsyncGenerator<Row> {
  for (const retriever of required) yield* read(retriever, signal)
  for (const retriever of definition.optional_retrievers ?? []) {
    try {
      yield* read(retriever, signal)
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown
      context.services.report.finding({ severity: 'warning', error: thrown })
    }
  }
}

/** The provider says no for good; a token that is no longer valid is another matter. */
function isRefusal(thrown: unknown): thrown is ConnectorError {
  return thrown instanceof ConnectorError && thrown.failureType === 'config_error' && !(thrown instanceof AuthenticationError)
}

async function* read(retriever: Retriever, signal: AbortSignal | undefined): AsyncGenerator<Row> {
  const options = { stream: 'discovery', stages: { transformations: [], schema: async () => ({}) }, ...defined({ signal }) }
  for await (const partition of retriever.partitions({})) {
    const slice: StreamSlice = { partition, window: undefined }
    for await (const page of retriever.read(slice, options)) yield* page.rows
  }
}

function accountOf(row: Row, { account_id, account_name }: Definition): Account {
  const id = valueAt(row, account_id.split('.'))
  if (id === undefined || id === null || id === '') {
    const found = Object.keys(row).join(', ') || 'nothing'
    throw new ConnectorError('ERR_ACCOUNT_WITHOUT_ID', `a discovered account has no '${account_id}'; its fields are: ${found}`)
  }
  const name = valueAt(row, account_name.split('.'))
  return { id: String(id), name: name === undefined || name === null ? String(id) : String(name), fields: row }
}

function hideSecrets(row: Row, { secrets = [] }: Definition, { services }: BuildContext): void {
  for (const path of secrets) {
    const value = valueAt(row, path.split('.'))
    if (typeof value === 'string' && value !== '') services.http.secret(value)
  }
}

/** undefined keeps all accounts. A single id may stand without its list. */
function wantedIds(source: BoundTemplate | undefined): ReadonlySet<string> | undefined {
  const value = source?.evaluate({})
  if (value === undefined || value === null || value === '') return undefined
  const ids = (Array.isArray(value) ? value : [value]).map(String)
  return ids.length === 0 ? undefined : new Set(ids)
}

function reportMissing(id: string, { services }: BuildContext): void {
  const text = `account ${id} was asked for, but the token does not see it; check the id, and that the user still has a role there`
  const error = new ConfigError('ERR_ACCOUNT_NOT_FOUND', text, { context: { account_id: id } })
  services.report.finding({ severity: 'error', error })
}
