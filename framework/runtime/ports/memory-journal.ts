import { type ActionJournal, type ActionRecord, actionFenced, byNewest, inProgress, type ListedAction } from './action-journal.ts'

/** A journal that lives as long as the process: it stops the same program from doing something twice, and no other one. */
export function memoryJournal(): ActionJournal {
  const records = new Map<string, ActionRecord>()
  const claims = new Map<string, symbol>()
  const listed = (record: ActionRecord): ListedAction => ({ ...structuredClone(record), held: claims.has(record.key) })
  return {
    async claim(key) {
      if (claims.has(key)) throw inProgress(key, 'in this process')
      const mine = Symbol(key)
      claims.set(key, mine)
      return {
        found: structuredClone(records.get(key)),
        write: async (record) => {
          if (claims.get(key) !== mine) throw actionFenced(key)
          records.set(key, structuredClone(record))
        },
        release: async () => {
          if (claims.get(key) === mine) claims.delete(key)
        },
      }
    },
    async show(key) {
      const found = records.get(key)
      return found && listed(found)
    },
    async list(account) {
      const wanted = [...records.values()].filter((record) => account === undefined || record.account === account)
      return wanted.map(listed).sort(byNewest)
    },
    close: async () => undefined,
  }
}
