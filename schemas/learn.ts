import { ConnectorError, type PageItem } from '../framework/index.ts'
import { parseContract } from './contract.ts'
import { isNode } from './schema-shape.ts'
import { StreamWatch } from './stream-watch.ts'

/**
 * For one run: pages of streams without a schema come out with the schema that their rows show, which grows with every page that shows
 * more. Pages of other streams pass as they are. Nothing is registered or discarded.
 */
export function learnSchemas(): (page: PageItem) => PageItem {
  const contract = parseContract([])
  const kinds = new Map<string, StreamWatch>()
  return (page) => {
    const { kind, schema: declared } = page.stream
    if (isNode(declared['properties']) && Object.keys(declared['properties']).length > 0) return page
    const watch =
      kinds.get(kind) ?? new StreamWatch({ kind, declared, known: undefined, contract: contract(kind), isNewTable: false, deadLetters })
    kinds.set(kind, watch)
    return watch.inspect(page) ?? page
  }
}

/** What evolves discards nothing. */
const deadLetters = {
  path: '',
  add: (letters: readonly unknown[]) => {
    if (letters.length > 0) throw new ConnectorError('ERR_UNEXPECTED', 'a row was discarded while its schema was learned')
  },
}
