// Package openai is the engine for servers that answer
// POST /v1/audio/transcriptions as OpenAI's does, and for whisper.cpp's own
// /inference. The recording is streamed from its file; nothing else of the
// dictation is sent but language, model and what hints there are.
//
// The servers differ. This package asks for all it wants (verbose_json, words
// and segments) and for less when the server says that it cannot; it joins
// tokens to words, reads numbers that come as strings, takes placeholders for
// absent, and works out the times a server does not give, marked Estimated.
// Confidence is there where the server gives one for words, and never else.
//
// Errors are Unavailable, with transcribe.RetryAfter where the server names a
// time, or TooLarge where it takes less sound than there is. Redirects are
// not followed: a recording goes where it was told to go.
package openai
