import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { RequestOption } from '../read/request-option.ts'

export const RequestPath = defineComponent(RequestOption, {
  type: 'RequestPath',
  summary: 'The page token is the path or the whole URL of the next request.',
  fields: {},
  examples: [{ title: 'Links to the next page', manifest: { type: 'RequestPath' } }],
  create: () => ({
    target: 'path',
    inject: () => {
      throw new ConfigError('ERR_MANIFEST_INVALID', 'a RequestPath can only carry a page token')
    },
  }),
})
