import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkMedia } from '../../../../connectors/instagram_publish/media/check.ts'
import type { MediaFacts } from '../../../../connectors/instagram_publish/media/facts.ts'
import { probeMedia } from '../../../../connectors/instagram_publish/media/probe.ts'
import { box, gif, heic, jpeg, png, video, webp } from './bytes.ts'
import { file, serve } from './file-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'probe-'))

function onDisk(bytes: Buffer): Promise<MediaFacts> {
  const path = join(folder, 'media')
  writeFileSync(path, bytes)
  return probeMedia({ file: path })
}

describe('probeMedia', () => {
  it.each<[string, Buffer, object]>([
    ['a JPEG', jpeg({ width: 1080, height: 1350 }), { format: 'jpeg', width: 1080, height: 1350 }],
    ['a progressive JPEG', jpeg({ width: 640, height: 800, frame: 0xc2 }), { format: 'jpeg', width: 640, height: 800 }],
    ['a JPEG behind a long comment', jpeg({ width: 5, height: 7, comment: 300_000 }), { width: 5, height: 7 }],
    ['a JPEG turned by EXIF', jpeg({ width: 4000, height: 3000, orientation: 6 }), { width: 3000, height: 4000 }],
    [
      'a JPEG turned, little endian',
      jpeg({ width: 4000, height: 3000, orientation: 8, littleEndian: true }),
      { width: 3000, height: 4000 },
    ],
    ['a JPEG upside down', jpeg({ width: 4000, height: 3000, orientation: 3 }), { width: 4000, height: 3000 }],
    ['a PNG', png(800, 600), { format: 'png', width: 800, height: 600 }],
    ['a GIF', gif(32, 16), { format: 'gif', width: 32, height: 16 }],
    ['a lossy WEBP', webp('VP8 ', 400, 300), { format: 'webp', width: 400, height: 300 }],
    ['a lossless WEBP', webp('VP8L', 401, 16_000), { format: 'webp', width: 401, height: 16_000 }],
    ['an extended WEBP', webp('VP8X', 70_000, 3), { format: 'webp', width: 70_000, height: 3 }],
    ['a HEIC', heic(4032, 3024), { format: 'heic', width: 4032, height: 3024 }],
    ['a HEIC turned by a quarter', heic(4032, 3024, { turns: 3 }), { format: 'heic', width: 3024, height: 4032 }],
    ['a HEIC turned by a half', heic(4032, 3024, { turns: 2 }), { width: 4032, height: 3024 }],
    ['an AVIF', heic(800, 600, { brand: 'avif' }), { format: 'avif', width: 800, height: 600 }],
    ['a WEBM', Buffer.from('\x1a\x45\xdf\xa3\x9f', 'latin1'), { format: 'webm' }],
    ['an AVI', Buffer.from('RIFF\0\0\0\0AVI LIST'), { format: 'avi' }],
    ['a web page', Buffer.from('\n<!DOCTYPE html><html></html>'), { format: 'html', unreadable: 'a web page' }],
    ['an empty file', Buffer.alloc(0), { format: 'unknown', unreadable: 'the file is empty' }],
  ])('reads %s by its content', async (_, bytes, expected) => {
    expect(await onDisk(bytes)).toMatchObject({ size: bytes.length, ...expected })
  })

  it.each<[string, Parameters<typeof video>[0], object]>([
    [
      'an MP4',
      {},
      { format: 'mp4', width: 1080, height: 1920, video: { duration: 10, videoCodec: 'avc1', frameRate: 30, indexFirst: true } },
    ],
    ['a MOV', { brand: 'qt  ', codec: 'hvc1' }, { format: 'mov', video: { videoCodec: 'hvc1' } }],
    ['a MOV without a type', { brand: '' }, { format: 'mov', video: { duration: 10 } }],
    ['long times', { version: 1, seconds: 90.5 }, { width: 1080, height: 1920, video: { duration: 90.5, frameRate: 30 } }],
    ['a turned video', { width: 1920, height: 1080, turned: true }, { width: 1080, height: 1920 }],
    ['sound', { audio: 'mp4a', audioRate: 48_000 }, { video: { audioCodec: 'mp4a', audioRate: 48_000 } }],
    ['an index at the end', { indexLast: true, frames: 500_000 }, { width: 1080, video: { duration: 10, indexFirst: false } }],
    ['an index behind a long box', { indexLast: true, frames: 500_000, longBoxes: true }, { video: { indexFirst: false } }],
    ['an edit list that only skips a delay', { edit: 1_024 }, { video: { hasEditList: false } }],
    ['an edit list that delays', { edit: -1 }, { video: { hasEditList: true } }],
    ['an edit list that delays, long', { edit: -1, version: 1 }, { video: { hasEditList: true } }],
    ['an edit list that cuts', { edit: 0, edits: 2 }, { video: { hasEditList: true } }],
    ['a fragmented video', { fragmented: true, seconds: 0 }, { video: { fragmented: true } }],
    ['60 frames per second', { frameRate: 60, seconds: 3 }, { video: { frameRate: 60, duration: 3 } }],
  ])('reads %s', async (_, options, expected) => {
    expect(await onDisk(video(options))).toMatchObject(expected)
  })

  it('says why a local file can not be opened', async () => {
    expect(await probeMedia({ file: join(folder, 'none') })).toEqual({ format: 'unknown', unreadable: expect.stringContaining('ENOENT') })
    expect(await probeMedia({ file: folder })).toEqual({ format: 'unknown', unreadable: 'not a file' })
  })

  it('never fails and always finds something in random bytes', async () => {
    const starts = [video(), jpeg({ width: 10, height: 10 }), heic(9, 9), webp('VP8X', 9, 9), png(9, 9), box('moov', box('trak'))]
    const head = fc.constantFrom(...starts.map((bytes) => bytes.subarray(0, 40)), Buffer.alloc(0))
    await fc.assert(
      fc.asyncProperty(
        head,
        fc.uint8Array({ maxLength: 600 }),
        fc.constantFrom('image' as const, 'video' as const),
        async (start, rest, expects) => {
          const facts = await onDisk(Buffer.concat([start, rest]))
          expect(checkMedia(facts, { as: expects === 'image' ? 'image' : 'reel', expects, path: 'media[0].file' })).not.toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })

  it('never fails and always finds something in a file that is cut off', async () => {
    const videos = [video({ audio: 'mp4a' }), video({ indexLast: true }), video({ version: 1, edit: 5 })]
    const images = [jpeg({ width: 1080, height: 1080 }), jpeg({ width: 1080, height: 1080, orientation: 6 })]
    for (const whole of [...videos, ...images]) {
      const isVideo = videos.includes(whole)
      const use = isVideo ? ({ as: 'reel', expects: 'video', path: '' } as const) : ({ as: 'image', expects: 'image', path: '' } as const)
      expect(checkMedia(await onDisk(whole), use).filter(({ severity }) => severity === 'error')).toEqual([])
      for (let length = 0; length < whole.length; length += 3) {
        expect(checkMedia(await onDisk(whole.subarray(0, length)), use), `cut at ${length} of ${whole.length}`).not.toEqual([])
      }
    }
  })

  it('survives any change of a byte', async () => {
    const whole = video({ audio: 'mp4a', edit: 5 })
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, value) => {
        const changed = Buffer.from(whole)
        changed[at] = value
        await onDisk(changed)
      }),
      { numRuns: 500 },
    )
  })
})

describe('probeMedia of a URL', () => {
  const probe = (url: string) => probeMedia({ url }, { localHosts: true })

  it('asks for the first bytes only', async () => {
    const whole = video({ frames: 3_000_000 })
    const { url, seen } = await serve({ '/a.mp4': file(whole, 'video/mp4') })
    expect(await probe(`${url}/a.mp4`)).toMatchObject({
      format: 'mp4',
      size: whole.length,
      video: { duration: 10 },
      address: { status: 206, contentType: 'video/mp4' },
    })
    expect(seen).toEqual([{ path: '/a.mp4', range: 'bytes=0-65535' }])
  })

  it('jumps over the images to an index at the end', async () => {
    const whole = video({ frames: 5_000_000, indexLast: true })
    const { url, seen } = await serve({ '/a.mov': file(whole) })
    expect(await probe(`${url}/a.mov`)).toMatchObject({ video: { duration: 10, indexFirst: false } })
    expect(seen.length).toBeLessThan(4)
  })

  it('reads what it can from a server without ranges', async () => {
    const { url } = await serve({
      '/first.mp4': file(video({ frames: 400_000 }), 'video/mp4', { ranges: false }),
      '/last.mp4': file(video({ frames: 400_000, indexLast: true }), 'video/mp4', { ranges: false }),
    })
    expect(await probe(`${url}/first.mp4`)).toMatchObject({ size: expect.any(Number), video: { duration: 10 } })
    expect(await probe(`${url}/last.mp4`)).toMatchObject({ format: 'mp4', unreadable: expect.stringContaining('no ranges') })
  })

  it('follows redirects and tells of the first', async () => {
    const { url } = await serve({
      '/old.jpg': (_, response) => response.writeHead(302, { location: '/new.jpg?signature=secret' }).end(),
      '/new.jpg?signature=secret': file(jpeg({ width: 1080, height: 1080 }), 'image/jpeg'),
      '/round.jpg': (_, response) => response.writeHead(301, { location: '/round.jpg' }).end(),
      '/out.jpg': (_, response) => response.writeHead(301, { location: 'ftp://example.com/a.jpg' }).end(),
    })
    const facts = await probe(`${url}/old.jpg`)
    expect(facts).toMatchObject({ format: 'jpeg', address: { status: 206, redirect: `${url}/new.jpg?…` } })
    const [found] = checkMedia(facts, { as: 'image', expects: 'image', path: 'media[0].url' })
    expect(found).toMatchObject({ rule: 'redirect', severity: 'warning', found: `to ${url}/new.jpg?…` })
    expect((await probe(`${url}/round.jpg`)).address).toMatchObject({ status: 0, problem: 'more than 3 redirects' })
    expect((await probe(`${url}/out.jpg`)).address).toMatchObject({ problem: 'ftp: is not http' })
  })

  it.each([
    ['/none.jpg', { status: 404 }],
    ['/private.jpg', { status: 403 }],
    ['/reset.jpg', { status: 0, problem: expect.stringMatching(/socket hang up|ECONNRESET/) }],
  ])('tells how %s answered', async (path, expected) => {
    const { url } = await serve({
      '/private.jpg': (_, response) => response.writeHead(403).end(),
      '/reset.jpg': (_, response) => response.socket?.resetAndDestroy(),
    })
    const facts = await probe(url + path)
    expect(facts.address).toMatchObject(expected)
    expect(checkMedia(facts, { as: 'image', expects: 'image', path: '' })).toMatchObject([{ rule: 'reachable', severity: 'error' }])
  })

  it('requests no internal address unless local hosts are allowed, not even by a redirect', async () => {
    const { url, seen } = await serve({ '/a.jpg': file(jpeg({ width: 9, height: 9 })) })
    expect((await probeMedia({ url: `${url}/a.jpg` })).address?.problem).toBe('127.0.0.1 is not a public host')
    const http = async () => ({ status: 302, headers: { location: 'http://169.254.169.254/latest' }, bytes: Buffer.alloc(0) })
    expect((await probeMedia({ url: 'https://cdn.example.com/a' }, { http })).address?.problem).toBe('169.254.169.254 is not a public host')
    expect(seen).toEqual([])
  })

  it('stops when its signal is aborted', async () => {
    const { url } = await serve({ '/slow.jpg': () => undefined })
    const stop = new AbortController()
    const running = probeMedia({ url: `${url}/slow.jpg` }, { localHosts: true, signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
  })
})
