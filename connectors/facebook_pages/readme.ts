import { fillMarkers, metricTable, retiredTable } from '../meta/metrics/metric-table.ts'

/** The README of the connector with its tables made from the metric catalogue. */
export function facebookPagesReadme(text: string): string {
  return fillMarkers(text, {
    'page metrics': metricTable('fb_page'),
    'post metrics': metricTable('fb_post'),
    'retired page metrics': retiredTable('fb_page'),
    'retired post metrics': retiredTable('fb_post'),
  })
}
