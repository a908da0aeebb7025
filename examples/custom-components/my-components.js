import { ConnectorError, defineComponent, fields, RecordExtractor, Transformation } from 'declarative-connector'

/** `class_name: source_weather.components.ColumnExtractor`: `{time: [a, b], temperature: [1, 2]}` becomes two records. */
const ColumnExtractor = defineComponent(RecordExtractor, {
  type: 'ColumnExtractor',
  summary: 'Makes records of columns of equal length.',
  fields: {
    field_path: fields.list(fields.string({ description: 'A key.' }), { description: 'Path of the columns in the body.' }),
  },
  examples: [{ title: 'Columns below `hourly`', manifest: { type: 'ColumnExtractor', field_path: ['hourly'] } }],
  create: ({ field_path }) => ({
    extract: (body) => {
      const columns = field_path.reduce((value, key) => value?.[key], body)
      if (columns === undefined) throw new ConnectorError('ERR_DATA_MISSING', `the body has no ${field_path.join('.')}`)
      const names = Object.keys(columns)
      return columns[names[0]].map((_, index) => Object.fromEntries(names.map((name) => [name, columns[name][index]])))
    },
  }),
})

/** `class_name: source_weather.components.Fahrenheit`. */
const Fahrenheit = defineComponent(Transformation, {
  type: 'Fahrenheit',
  summary: 'Adds the temperature in degrees Fahrenheit.',
  fields: {},
  examples: [{ title: 'Beside Celsius', manifest: { type: 'Fahrenheit' } }],
  create: () => ({ transform: (row) => ({ ...row, fahrenheit: (row.temperature * 9) / 5 + 32 }) }),
})

export const components = [ColumnExtractor, Fahrenheit]
