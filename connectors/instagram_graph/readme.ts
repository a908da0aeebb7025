import { fillMarkers, metricTable, retiredTable } from '../meta/metrics/metric-table.ts'

/** The README of the connector with its tables made from the metric catalogue. */
export function instagramGraphReadme(text: string): string {
  return fillMarkers(text, {
    'account metrics': metricTable('ig_user'),
    'media metrics': metricTable('ig_media'),
    'story metrics': metricTable('ig_story'),
    'retired account metrics': retiredTable('ig_user'),
    'retired media metrics': retiredTable('ig_media'),
    'retired story metrics': retiredTable('ig_story'),
  })
}
