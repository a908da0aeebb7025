/** What kind of file the bytes are, whatever their name says. */
export type MediaFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'heic' | 'avif' | 'mp4' | 'mov' | 'webm' | 'avi' | 'html' | 'unknown'

/** Sound or frames of a video. */
export interface VideoFacts {
  /** Seconds; absent when the index does not tell. */
  readonly duration?: number
  /** Four signs such as `avc1`, `hvc1`, `mp4a`. */
  readonly videoCodec?: string
  readonly audioCodec?: string
  /** Hertz. */
  readonly audioRate?: number
  /** Frames per second, over the whole video. */
  readonly frameRate?: number
  /** Whether the index precedes the frames. */
  readonly indexFirst: boolean
  readonly hasEditList: boolean
  /** Written in pieces, as for streaming; its duration is then not in the index. */
  readonly fragmented: boolean
}

/** How a URL answered. */
export interface AddressFacts {
  /** 0 when there was no answer. */
  readonly status: number
  readonly contentType?: string
  /** Where it pointed first, when it pointed elsewhere; without its query. */
  readonly redirect?: string
  /** Why there was no usable answer. */
  readonly problem?: string
}

/** What could be learned of an image or video from its first (and, for videos, last) bytes. */
export interface MediaFacts {
  readonly format: MediaFormat
  /** Bytes of the whole file; absent when the server does not tell. */
  readonly size?: number
  /** Pixels as shown: turned by the orientation that the file asks for. */
  readonly width?: number
  readonly height?: number
  readonly video?: VideoFacts
  /** Absent for a local file. */
  readonly address?: AddressFacts
  /** Why the header could not be read. */
  readonly unreadable?: string
}

/** What an image or video is wanted for. */
export interface MediaUse {
  readonly as: 'image' | 'reel' | 'story' | 'child' | 'cover'
  readonly expects: 'image' | 'video'
  /** Where it stands in the post. */
  readonly path: string
}
