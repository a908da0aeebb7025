import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A path and the file with the response that was recorded for it. */
export interface RecordedRoute {
  /** Path without version and query. */
  readonly path: string
  /** File below the folder of recordings. */
  readonly file: string
  /** Served to this token only. */
  readonly token?: string
}

/** Recorded responses by path. Ids in them are not known to the generated world, except the Page's. */
export const RECORDED_ROUTES: readonly RecordedRoute[] = [
  { path: '/112704783733939', file: 'facebook_pages/page.json' },
  { path: '/me/accounts', file: 'instagram/api.json', token: 'sandbox-recorded-instagram-token' },
  { path: '/41462785487205123', file: 'instagram/users.json' },
  { path: '/41462785487205123/insights', file: 'instagram/user_lifetime_insights.json' },
  { path: '/41462785487205123/media', file: 'instagram/media.json' },
  { path: '/41462785487205123/stories', file: 'instagram/stories.json' },
  { path: '/children_id', file: 'instagram/media_children_for_children.json' },
  { path: '/41408147298757123/media', file: 'instagram/media.json' },
  { path: '/41408147298757123/stories', file: 'instagram/stories_for_story_insights_happy_path.json' },
  { path: '/84386203808767123/insights', file: 'instagram/media_insights_for_reels.json' },
  { path: '/66123508374641123/insights', file: 'instagram/media_insights_for_carousel_album.json' },
  { path: '/90014330517797123/insights', file: 'instagram/media_insights_for_video_feed.json' },
  { path: '/09894619573775123/insights', file: 'instagram/media_insights_for_video.json' },
  { path: '/35076616084176123/insights', file: 'instagram/media_insights_for_general_media.json' },
  { path: '/35076616084176124/insights', file: 'instagram/media_insights_for_error_posted_before_business.json' },
  { path: '/35076616084176125/insights', file: 'instagram/media_insights_for_error_with_wrong_permissions.json' },
  { path: '/35076616084176126/insights', file: 'instagram/media_insights_for_error_with_wrong_permissions_code_10.json' },
  { path: '/3874523487643/insights', file: 'instagram/story_insights_for_story_insights_happy_path.json' },
  { path: '/3874523487644/insights', file: 'instagram/story_insights_for_story_insights_error_code_10.json' },
]

/** A response as it was: the bytes of the file, and 400 when they hold an error. */
export interface Recording {
  readonly status: number
  readonly bytes: Buffer
}

/** Serves recorded responses byte for byte; a file is read when it is first asked for. */
export class Recordings {
  readonly #folder: string
  readonly #routes = new Map(RECORDED_ROUTES.map((route) => [route.path, route]))
  readonly #read = new Map<string, Recording>()

  constructor(folder = packagedFolder()) {
    this.#folder = folder
  }

  /** Serves another file of the folder under a path: several were recorded for the same account. Throws when there is no such file. */
  use(path: string, file: string): void {
    this.#recording(file)
    this.#routes.set(path, { path, file })
  }

  find({ method, path }: { method: string; path: string }, token: { text: string }): Recording | undefined {
    const route = method === 'GET' ? this.#routes.get(path) : undefined
    if (!route || (route.token !== undefined && route.token !== token.text)) return undefined
    return this.#recording(route.file)
  }

  #recording(file: string): Recording {
    const recording = this.#read.get(file) ?? load(join(this.#folder, file))
    this.#read.set(file, recording)
    return recording
  }
}

/** Beside the sources of the package, also when this file runs from the build. */
function packagedFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('declarative-connector/package.json')), 'sandbox', 'recordings')
}

function load(file: string): Recording {
  const bytes = readFileSync(file)
  const body: unknown = JSON.parse(bytes.toString('utf8'))
  const failed = typeof body === 'object' && body !== null && 'error' in body
  return { status: failed ? 400 : 200, bytes }
}
