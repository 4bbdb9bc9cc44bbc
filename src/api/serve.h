/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what happens between the HTTP server and a handler: the row is found, the call goes to the
 * thread of its class, query and body are decoded, and what fails is told to the client.
 */
#pragma once

#include "api/call.h"
#include "net/http_server.h"

/* `.request` of a struct http_handler whose ctx is a struct api. */
void api_request(struct http_exchange *x, void *ctx);
