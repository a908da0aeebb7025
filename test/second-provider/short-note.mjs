import { ActionError, defineComponent, InputCheck } from 'declarative-connector'

/** A class that the manifest names: notes of 40 characters at most. */
export const ShortNote = defineComponent(InputCheck, {
  type: 'ShortNote',
  summary: 'A note is short.',
  fields: {},
  examples: [{ title: 'A short note', manifest: { type: 'ShortNote' } }],
  create: () => ({
    check: (input) => {
      if (String(input.text).length > 40) throw new ActionError('NOTE_TOO_LONG', 'a note has 40 characters at most')
      return input
    },
  }),
})
