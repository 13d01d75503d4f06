package transcribe

// SpeechIn lets the tests measure what the handler goes by.
var SpeechIn = speechIn

// Together lets them see what several failures make.
var Together = together
