// Package spelling finds the words of a note that are on no list: not in the
// pronouncing dictionary, not in the corpus of medical sentences, not on the
// site's own list and not in several signed notes. For each it knows what may have
// been meant.
//
// Words of signed notes count as known, but nothing is ever suggested from them:
// they may be names.
package spelling
