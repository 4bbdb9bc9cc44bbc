/* SPDX-License-Identifier: Apache-2.0 */
/* Owns integers whose size a table row tells. */
#include "codec/json_walk.h"

int64_t json_int_get(const struct json_row *row, const void *p)
{
	switch (row->size) {
	case 1:
		return *(const int8_t *)p;
	case 2:
		return *(const int16_t *)p;
	case 4:
		return *(const int32_t *)p;
	default:
		return *(const int64_t *)p;
	}
}

uint64_t json_uint_get(const struct json_row *row, const void *p)
{
	switch (row->size) {
	case 1:
		return *(const uint8_t *)p;
	case 2:
		return *(const uint16_t *)p;
	case 4:
		return *(const uint32_t *)p;
	default:
		return *(const uint64_t *)p;
	}
}

bool json_int_set(const struct json_row *row, void *p, int64_t v)
{
	unsigned bits = row->size * 8;

	if (bits < 64 && (v < -(INT64_C(1) << (bits - 1)) || v >= INT64_C(1) << (bits - 1)))
		return false;
	switch (row->size) {
	case 1:
		*(int8_t *)p = (int8_t)v;
		break;
	case 2:
		*(int16_t *)p = (int16_t)v;
		break;
	case 4:
		*(int32_t *)p = (int32_t)v;
		break;
	default:
		*(int64_t *)p = v;
	}
	return true;
}

bool json_uint_set(const struct json_row *row, void *p, uint64_t v)
{
	if (row->size < 8 && v >> (row->size * 8))
		return false;
	switch (row->size) {
	case 1:
		*(uint8_t *)p = (uint8_t)v;
		break;
	case 2:
		*(uint16_t *)p = (uint16_t)v;
		break;
	case 4:
		*(uint32_t *)p = (uint32_t)v;
		break;
	default:
		*(uint64_t *)p = v;
	}
	return true;
}
