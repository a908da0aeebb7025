import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, oneOf, optional, template } from '../../manifest/definition/fields.ts'
import { RequestOption } from '../read/request-option.ts'
import type { RequestParts } from '../read/requester.ts'
import { textFields, valueText } from '../values/value-text.ts'

export const ValueRequestOption = defineComponent(RequestOption, {
  type: 'RequestOption',
  summary: 'Puts a value into a query parameter, a header, a form field or a field of a JSON body.',
  fields: {
    inject_into: oneOf(['request_parameter', 'header', 'body_data', 'body_json'], { description: 'The part of the request.' }),
    field_name: optional(template([], { description: 'Name of the parameter, header or field.' })),
    field_path: optional(
      list(template([], { description: 'A key; a missing one is created.' }), {
        description: 'Path of a nested field of a JSON body, instead of `field_name`.',
      }),
    ),
  },
  examples: [
    { title: 'A query parameter', manifest: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'limit' } },
    { title: 'A nested field', manifest: { type: 'RequestOption', inject_into: 'body_json', field_path: ['query', 'limit'] } },
  ],
  create: ({ inject_into, field_name, field_path }, { dialect }) => {
    if ((field_name === undefined) === (field_path === undefined)) {
      throw new ConfigError('ERR_MANIFEST_INVALID', "a RequestOption needs either 'field_name' or 'field_path'")
    }
    if (field_path && inject_into !== 'body_json') {
      throw new ConfigError('ERR_MANIFEST_INVALID', `'field_path' makes sense for body_json only, not for ${inject_into}`)
    }
    const segments = field_path ?? (field_name ? [field_name] : [])
    return {
      target: `${inject_into}.${segments.map(({ source }) => source).join('.')}`,
      inject: (value, scope) => {
        const path = segments.map((segment) => valueText(segment.evaluate(scope), dialect))
        const name = path[0] ?? ''
        if (inject_into === 'request_parameter') return { params: textFields({ [name]: value }, dialect) }
        if (inject_into === 'header') return { headers: { [name]: valueText(value, dialect) } }
        return { [inject_into]: nest(path, value) } satisfies RequestParts
      },
    }
  },
})

function nest(path: readonly string[], value: unknown): Record<string, unknown> {
  const [key = '', ...rest] = path
  return { [key]: rest.length === 0 ? value : nest(rest, value) }
}
