import { Transformation } from '../../../framework/components/read/transformation.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { string, withDefault } from '../../../framework/manifest/definition/fields.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Row } from '../../../framework/protocol/messages.ts'

/** Hosts that hand out signed addresses, from whichever of their machines is near. */
const CDN = /(?:^|\.)(?:cdninstagram\.com|fbcdn\.net)$/

export const InstagramMediaRow = defineComponent(Transformation, {
  type: 'InstagramMediaRow',
  summary: 'Writes media as rows: times with their offset, children as a list, the lasting part of signed addresses beside them.',
  fields: {
    account_field: withDefault(string({ description: 'Field that carries the id of the account; empty leaves it out.' }), 'ig_user_id'),
  },
  examples: [{ title: 'Media of an account', manifest: { type: 'InstagramMediaRow' } }],
  create: ({ account_field }) => ({
    transform: (row, scope) => {
      const account = scope['account']
      if (account_field !== '' && isObject(account)) row[account_field] = account['id']
      const children = isObject(row['children']) ? row['children']['data'] : undefined
      normalise(row)
      if (Array.isArray(children)) row['children'] = children.map((child: unknown) => (isObject(child) ? normalise({ ...child }) : child))
      return row
    },
  }),
})

function normalise(row: Row): Row {
  const { timestamp } = row
  if (typeof timestamp === 'string') row['timestamp'] = timestamp.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
  for (const field of ['media_url', 'thumbnail_url']) {
    const url = row[field]
    if (typeof url === 'string') row[`${field}_key`] = urlKey(url)
  }
  return row
}

/**
 * What stays of an address from read to read, for finding out whether the file has changed. Signed addresses of the content network
 * differ in machine, signature and expiry at every read; what names the file is their path. Other addresses are kept as they are.
 */
export function urlKey(url: string): string {
  const address = URL.parse(url)
  return address && CDN.test(address.hostname) ? address.pathname : url
}
