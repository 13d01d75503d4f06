// Package auth says who somebody is: passwords (argon2id), sessions and API
// tokens. What an account may do is pipeline.May.
//
// Session and API tokens are 256 random bits; the database has their SHA-256
// only. Wrong passwords are slowed down per account and address, without
// telling whether the account exists.
package auth
