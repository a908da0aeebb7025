import { defineFamily } from '../../manifest/definition/component.ts'

/** Makes one key of another. */
export type KeyRenaming = (key: string) => string
export const KeyRenaming = defineFamily<KeyRenaming>('KeyRenaming', 'Makes one key of another.')
