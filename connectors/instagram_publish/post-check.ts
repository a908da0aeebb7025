import { ActionError } from '../../framework/components/actions/action-error.ts'
import { InputCheck } from '../../framework/components/actions/input-check.ts'
import { defineComponent } from '../../framework/manifest/definition/component.ts'
import { condition, optional } from '../../framework/manifest/definition/fields.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'
import { apiPost } from './api-post.ts'
import type { PublishCode } from './codes.ts'
import type { Diagnostic } from './media/diagnostic.ts'
import { isPost, validatePost } from './media/validate.ts'

export const InstagramPostCheck = defineComponent(InputCheck, {
  type: 'InstagramPostCheck',
  summary: 'Checks a post by the rules of the API that need no call.',
  fields: {
    local_hosts: optional(condition([], { description: 'Media in a private network are fine, as with a local API. Default: no.' })),
  },
  examples: [{ title: 'A post', manifest: { type: 'InstagramPostCheck' } }],
  create: ({ local_hosts }) => ({
    check: (input) => checkPost(input, { localHosts: local_hosts?.evaluate({}) ?? false }),
  }),
})

/** The post in the words of the API. Throws ActionError with every diagnostic that keeps it from being published. */
function checkPost(input: JsonObject, { localHosts }: { readonly localHosts: boolean }): JsonObject {
  const findings = validatePost(input, { localHosts })
  if (isPost(input, findings)) return apiPost(input)
  const errors = findings.filter(({ severity }) => severity === 'error')
  const message = errors.map(({ rule, path, found, fix }) => `${path === '' ? rule : `${path} (${rule})`}: ${found}; ${fix}`).join('. ')
  throw new ActionError(codeOf(errors, input), message, { details: { findings: errors.map((diagnostic) => ({ ...diagnostic })) } })
}

/** The most telling of the codes: the wrong number, nothing to publish; else what the API would say. */
function codeOf(errors: readonly Diagnostic[], { media }: JsonObject): PublishCode {
  const rules = new Set(errors.map(({ rule }) => rule))
  if (rules.has('children-count')) return 'INVALID_CAROUSEL'
  if (rules.has('media-source') || (rules.has('media-count') && Array.isArray(media) && media.length === 0)) return 'NO_MEDIA'
  return 'MEDIA_ERROR'
}
