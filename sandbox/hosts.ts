/** Which of the two hosts of the API a call was made to. Each has its own tokens. */
export type Host = 'facebook' | 'instagram'
