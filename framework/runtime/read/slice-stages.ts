import type { FileUploader } from '../../components/read/file-uploader.ts'
import { type Page, type StreamSlice, sliceScope } from '../../components/read/retriever.ts'
import { attachFile, type Row } from '../../protocol/messages.ts'

/** A page of a slice on its way out, and what is left of its rows. */
export interface SlicePage {
  readonly page: Page
  readonly rows: readonly Row[]
  /** False once the limit of the stream cut rows off. */
  readonly isWhole: boolean
}

/** What happens to the pages of one slice. Each stage pulls from the one before, so a slow reader slows down the source. */
export type SliceStage = (pages: AsyncIterable<SlicePage>) => AsyncIterable<SlicePage>

/** The pages of a retriever through the stages, first to last. */
export function throughStages(pages: AsyncIterable<Page>, stages: readonly SliceStage[]): AsyncIterable<SlicePage> {
  return stages.reduce<AsyncIterable<SlicePage>>((rest, stage) => stage(rest), asSlicePages(pages))
}

async function* asSlicePages(pages: AsyncIterable<Page>): AsyncGenerator<SlicePage> {
  for await (const page of pages) yield { page, rows: page.rows, isWhole: true }
}

/** Lets some rows of each page through. */
export function selectRows(select: (rows: readonly Row[]) => readonly Row[]): SliceStage {
  return async function* (pages) {
    for await (const page of pages) yield { ...page, rows: select(page.rows) }
  }
}

/** Holds pages back until `turn` resolves; the first one is asked for at once. */
export function inTurn(turn: Promise<void>): SliceStage {
  return async function* (pages) {
    for await (const page of pages) {
      await turn
      yield page
    }
  }
}

/** Cuts rows off beyond `room()`, the number that the stream may still emit. */
export function cutAt(room: () => number): SliceStage {
  return async function* (pages) {
    for await (const page of pages) {
      const rows = page.rows.slice(0, Math.max(0, room()))
      yield { ...page, rows, isWhole: rows.length === page.rows.length }
    }
  }
}

/** Downloads the files that rows name, and attaches them: files are there before their records. */
export function withFiles(
  files: FileUploader,
  options: { slice: StreamSlice; folder: string; stream: string; signal: AbortSignal },
): SliceStage {
  const { slice, ...place } = options
  const scope = sliceScope(slice)
  return async function* (pages) {
    for await (const page of pages) {
      for (const row of page.rows) attachFile(row, await files.upload(row, { ...place, scope }))
      yield page
    }
  }
}

/** Ends the slice, without a further request, as soon as nobody wants more of it. Throws the reason of an abort. */
export function until(isOver: () => boolean, signal: AbortSignal): SliceStage {
  return async function* (pages) {
    for await (const page of pages) {
      if (signal.aborted) throw signal.reason
      if (isOver()) return
      yield page
      if (isOver()) return
    }
  }
}
