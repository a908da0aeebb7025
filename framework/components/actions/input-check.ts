import { defineFamily } from '../../manifest/definition/component.ts'
import type { JsonObject } from '../../protocol/messages.ts'

/** Judges the input of an action; one object for each manifest. */
export interface InputCheck {
  /**
   * Throws ActionError for an input that the provider would refuse; sends nothing to the provider. What it gives is the input in the form
   * that the steps behind use; the same for the same input.
   */
  check(input: JsonObject): JsonObject
}

/** The family of checks of an input. */
export const InputCheck = defineFamily<InputCheck>('InputCheck', 'Says what is wrong with the input of an action before anything is sent.')
