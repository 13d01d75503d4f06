package transcribe

// SpeechIn lets the tests measure what the handler goes by.
var SpeechIn = speechIn
