import { memoryJournal } from '../../../../framework/index.ts'
import { testActionJournal } from '../../../conformance/action-journal.ts'

testActionJournal('memory:', async () => {
  const journal = memoryJournal()
  return { connect: async () => ({ ...journal, close: async () => undefined }), destroy: () => journal.close(), takesOver: false }
})
