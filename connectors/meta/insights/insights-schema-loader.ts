import { SchemaLoader } from '../../../framework/components/schema-loaders/schema-loader.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { optional, string } from '../../../framework/manifest/definition/fields.ts'
import { lazySelection, selectionFields } from '../metrics/metric-fields.ts'
import { insightSchema } from './insight-schema.ts'

export const InsightsSchemaLoader = defineComponent(SchemaLoader, {
  type: 'InsightsSchemaLoader',
  summary: 'Makes the schema of insight rows out of the metric catalogue.',
  fields: {
    ...selectionFields,
    period: string({ description: 'The period of the values.' }),
    breakdown: optional(string({ description: 'The dimension of the values.' })),
    item_field: optional(string({ description: 'Field of the rows that carries the id of the post or media.' })),
  },
  examples: [
    {
      title: 'Daily values of a Page',
      manifest: {
        type: 'InsightsSchemaLoader',
        object: 'fb_page',
        objects: ['fb_page', 'fb_post'],
        period: 'day',
        account_field: 'page_id',
      },
    },
  ],
  create: (fields, context) => {
    const selection = lazySelection(fields, context)
    return { load: () => insightSchema(selection.metrics(), fields) }
  },
})
