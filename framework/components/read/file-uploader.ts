import { defineFamily } from '../../manifest/definition/component.ts'
import type { FileReference, Row } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'

export interface FileUpload {
  /** Folder of the files of all streams. */
  readonly folder: string
  readonly stream: string
  /** What templates see of the record's slice. */
  readonly scope: Scope
  readonly signal?: AbortSignal
}

/** Fetches the file that a record speaks of. */
export interface FileUploader {
  /** Writes the file into the folder and says where it is. Throws ERR_FILE_TARGET, ERR_FILE_NAME and what the request throws. */
  upload(row: Row, options: FileUpload): Promise<FileReference>
}
export const FileUploader = defineFamily<FileUploader>('FileUploader', 'Fetches the files that records speak of.')
