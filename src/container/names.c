/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the words: how the sea may be, and what lies beside it. */
#include "container/names.h"

#include <stdio.h>

static const char *const adjectives[] = {
	"able",	    "airy",   "amber",	"ample",   "azure",  "balmy",  "bold",	 "brave",  "bright",
	"brisk",    "broad",  "calm",	"clear",   "coral",  "cosy",   "crisp",	 "daring", "deep",
	"eager",    "early",  "easy",	"fair",	   "fleet",  "fond",   "fresh",	 "gentle", "glad",
	"golden",   "grand",  "handy",	"happy",   "hardy",  "hearty", "honest", "jolly",  "keen",
	"kind",	    "lively", "loyal",	"lucky",   "mellow", "merry",  "mild",	 "misty",  "modest",
	"nimble",   "noble",  "open",	"patient", "placid", "polite", "proud",	 "quick",  "quiet",
	"radiant",  "rapid",  "ready",	"robust",  "sandy",  "serene", "shiny",	 "silver", "smooth",
	"snug",	    "sober",  "steady", "stout",   "sturdy", "sunny",  "swift",	 "tidal",  "tidy",
	"tranquil", "trusty", "upbeat", "vivid",   "warm",   "wide",   "windy",	 "wise",
};

static const char *const nouns[] = {
	"anchor",  "atoll",   "bay",	 "beach",    "beacon",	"bollard",  "bow",     "breaker",
	"breeze",  "bridge",  "buoy",	 "cable",    "canal",	"cape",	    "capstan", "channel",
	"clipper", "coast",   "cove",	 "crane",    "current", "cutter",   "delta",   "dinghy",
	"dock",	   "dune",    "ebb",	 "estuary",  "ferry",	"fjord",    "fleet",   "galley",
	"gangway", "gulf",    "gull",	 "harbour",  "haven",	"headland", "helm",    "heron",
	"hull",	   "inlet",   "island",	 "jetty",    "kayak",	"keel",	    "ketch",   "lagoon",
	"lantern", "lighter", "lock",	 "marina",   "mast",	"mooring",  "oar",     "pelican",
	"pier",	   "pilot",   "pontoon", "port",     "prow",	"puffin",   "quay",    "raft",
	"reef",	   "rudder",  "sail",	 "schooner", "shoal",	"shore",    "sloop",   "sound",
	"spray",   "strait",  "surf",	 "tern",     "tide",	"tiller",   "trawler", "tug",
	"voyage",  "wake",    "wharf",	 "yawl",
};

char *names_pick(uint32_t random, unsigned attempt, char *text)
{
	const char *adjective = adjectives[random % ELEMENTS(adjectives)];
	const char *noun = nouns[random / ELEMENTS(adjectives) % ELEMENTS(nouns)];

	if (attempt == 0)
		snprintf(text, NAMES_TEXT_MAX, "%s_%s", adjective, noun);
	else
		snprintf(text, NAMES_TEXT_MAX, "%s_%s%u", adjective, noun, attempt);
	return text;
}

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool names_valid(struct str_slice name)
{
	if (name.len < 2 || !is_alphanumeric(name.ptr[0]))
		return false;
	for (size_t i = 1; i < name.len; i++)
		if (!is_alphanumeric(name.ptr[i]) && !memchr("_.-", name.ptr[i], 3))
			return false;
	return true;
}
