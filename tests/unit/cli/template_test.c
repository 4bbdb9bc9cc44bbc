/* SPDX-License-Identifier: Apache-2.0 */
/* Templates: each row was run through Go's text/template with docker's functions. */
#include "base/own.h"
#include "cli/template.h"

#include <setjmp.h>
#include <stdio.h>

#include <cmocka.h>

static const char data_text[] =
	"{\"Name\":\"web\",\"N\":42,\"F\":1.5,\"T\":true,\"E\":\"\",\"Z\":0,\"Null\":null,"
	"\"List\":[\"a\",\"b\",\"c\"],\"Empty\":[],\"Nums\":[1,2,3],"
	"\"Map\":{\"z\":\"26\",\"a\":\"1\",\"k.x\":\"dot\"},"
	"\"Deep\":{\"In\":{\"Side\":\"here\"},\"Objs\":[{\"K\":\"v1\"},{\"K\":\"v2\"}]},"
	"\"Ugly\":\"<a&\\\"b\\\">\"}";

struct row {
	const char *template, *expect;
};

static const struct row rows[] = {
	/* ROWS */
	{ "", "" },
	{ "plain", "plain" },
	{ "{{.Name}}", "web" },
	{ "a{{.N}}b", "a42b" },
	{ "{{.F}} {{.T}} {{.Z}}|{{.E}}|", "1.5 true 0||" },
	{ "{{.List}}{{.Empty}}{{.Map}}", "[a b c][]map[a:1 k.x:dot z:26]" },
	{ "{{.Deep.In.Side}}", "here" },
	{ "{{.Deep}}", "map[In:map[Side:here] Objs:[map[K:v1] map[K:v2]]]" },
	{ "{{.Null}}", "<no value>" },
	{ "{{json .Map}}", "{\"z\":\"26\",\"a\":\"1\",\"k.x\":\"dot\"}" },
	{ "{{json .Ugly}}{{json .N}}{{json .Null}}", "\"<a&\\\"b\\\">\"42null" },
	{ "{{.List | json}}", "[\"a\",\"b\",\"c\"]" },
	{ "{{join .List \", \"}}", "a, b, c" },
	{ "{{split \"a:b:c\" \":\"}}", "[a b c]" },
	{ "{{index (split \"a:b:c\" \":\") 1}}", "b" },
	{ "{{upper .Name}}{{lower \"ABC\"}}{{title \"some words\"}}", "WEBabcSome Words" },
	{ "{{pad .Name 2 3}}|{{pad .E 2 3}}|", "  web   ||" },
	{ "{{truncate \"abcdef\" 3}}{{truncate \"ab\" 3}}", "abcab" },
	{ "{{printf \"%s-%d-%v-%q\" .Name 7 .List \"x\"}}", "web-7-[a b c]-\"x\"" },
	{ "{{printf \"%5s|%-5s|%05d|%x|%.2f|%t|%%\" \"a\" \"b\" 42 255 1.5 true}}",
	  "    a|b    |00042|ff|1.50|true|%" },
	{ "{{printf \"%d\" \"x\"}}", "%!d(string=x)" },
	{ "{{printf \"%s %s\" \"x\"}}", "x %!s(MISSING)" },
	{ "{{printf \"%s\" \"x\" \"y\"}}", "x%!(EXTRA string=y)" },
	{ "{{print 1 2 \"x\" 3 4}}", "1 2x3 4" },
	{ "{{println .Name 1}}", "web 1\n" },
	{ "{{len .List}}{{len .Name}}{{len .Map}}", "333" },
	{ "{{index .List 2}}{{index .Map \"z\"}}{{index .Deep \"In\" \"Side\"}}", "c26here" },
	{ "{{index .Map \"k.x\"}}", "dot" },
	{ "{{slice .Name 1}}{{slice .Name 0 2}}", "ebwe" },
	{ "{{if .T}}yes{{end}}{{if .E}}no{{end}}", "yes" },
	{ "{{if .E}}1{{else if .Z}}2{{else if .N}}3{{else}}4{{end}}", "3" },
	{ "{{if and .T .N}}both{{end}}{{if or .E .Z}}no{{else}}none{{end}}", "bothnone" },
	{ "{{and 0 1}}{{and 1 2}}{{or 0 3}}{{not 1}}", "023false" },
	{ "{{if eq .Name \"web\"}}eq{{end}}{{if ne .N 42}}no{{end}}", "eq" },
	{ "{{eq .Name \"a\" \"web\"}}{{lt 1 2}}{{le 2 2}}{{gt 1 2}}{{ge 3 2}}{{lt \"a\" \"b\"}}",
	  "truetruetruefalsetruetrue" },
	{ "{{with .Deep.In}}{{.Side}}{{end}}{{with .E}}x{{else}}e{{end}}", "heree" },
	{ "{{range .List}}<{{.}}>{{end}}", "<a><b><c>" },
	{ "{{range .Empty}}x{{else}}none{{end}}", "none" },
	{ "{{range $i, $v := .List}}{{$i}}={{$v}} {{end}}", "0=a 1=b 2=c " },
	{ "{{range $k, $v := .Map}}{{$k}}={{$v}},{{end}}", "a=1,k.x=dot,z=26," },
	{ "{{range .Deep.Objs}}{{.K}}{{end}}", "v1v2" },
	{ "{{range .List}}{{if eq . \"b\"}}{{continue}}{{end}}{{.}}{{end}}", "ac" },
	{ "{{range .List}}{{if eq . \"b\"}}{{break}}{{end}}{{.}}{{end}}", "a" },
	{ "{{range .List}}{{$.Name}}{{end}}", "webwebweb" },
	{ "{{$x := 1}}{{range .Nums}}{{$x = .}}{{end}}{{$x}}", "3" },
	{ "{{$x := .Name}}{{with $x}}{{.}}{{$x}}{{end}}", "webweb" },
	{ "a {{- .Name -}} b", "awebb" },
	{ "a {{/* comment */}} b{{- /* trimmed */ -}} c", "a  bc" },
	{ "{{define \"t\"}}[{{.}}]{{end}}{{template \"t\" .Name}}{{template \"t\" 1}}",
	  "[web][1]" },
	{ "{{block \"b\" .N}}<{{.}}>{{end}}", "<42>" },
	{ "{{(index .Deep.Objs 0).K}}", "v1" },
	{ "{{`raw\\n`}}{{\"a\\tb\"}}{{'a'}}", "raw\\na\tb97" },
	{ "{{0x10}}{{-5}}{{1.5}}", "16-51.5" },
	{ "{{.Name | printf \"%s=%s\" \"n\" | upper}}", "N=WEB" },
	{ "{{html .Ugly}}", "&lt;a&amp;&#34;b&#34;&gt;" },
	{ "{{urlquery \"a b&c\"}}", "a+b%26c" },
	{ "{{if not (eq .N 1)}}ok{{end}}", "ok" },
	{ "{{ .Name }}", "web" },
	{ "}} {", "}} {" },
	/* FAILURES */
	{ "{{", "template: :1: unclosed action" },
	{ "{{.Name", "template: :1: unclosed action" },
	{ "{{if .T}}", "template: :1: unexpected EOF" },
	{ "{{end}}", "template: :1: unexpected {{end}}" },
	{ "x\n{{frob .}}", "template: :2: function \"frob\" not defined" },
	{ "{{.Foo}}",
	  "template: :1:2: executing \"\" at <.Foo>: map has no entry for key \"Foo\"" },
	{ "{{break}}", "template: :1: {{break}} outside {{range}}" },
	{ "{{/* x", "template: :1: unclosed comment" },
	{ "{{\"abc}}", "template: :1: unterminated quoted string" },
	{ "{{(.Name}}", "template: :1: unclosed left paren" },
	{ "{{}}", "template: :1: missing value for command" },
	{ "{{.Name |}}", "template: :1: missing value for command" },
	{ "{{template \"none\"}}", "template: :1:11: executing \"\" at <\"none\">: "
				   "template \"none\" not defined" },
};

static void assert_row(const struct row *row)
{
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	auto_(buf_done) struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	struct template *t;
	struct value *data;
	const char *got;
	int r;

	assert_int_equal(value_parse(&tree, STR_LIT(data_text), &data, &e), 0);
	r = template_parse(row->template, &tree.arena, &t, &e);
	if (r == 0)
		r = template_run(t, TEMPLATE_VALUES, &tree, data, &out, &e);
	got = r < 0 ? e.message : buf_cstr(&out);
	if (strcmp(got, row->expect) != 0)
		fail_msg("'%s' gave '%s', not '%s'", row->template, got, row->expect);
}

static void says_what_go_says(void **state)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		assert_row(&rows[i]);
}

static void headers_pass_through(void **state)
{
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	auto_(buf_done) struct buf out = BUF_INIT;
	struct value *titles = value_new(&tree, VALUE_OBJECT);
	struct err e = ERR_INIT;
	struct template *t;

	value_put(&tree, titles, "ID", value_string(&tree, "CONTAINER ID"));
	value_put(&tree, titles, "Label", value_string(&tree, ""));
	assert_int_equal(template_parse("{{json .ID}} {{truncate .ID 3}} {{.Label \"web\"}}",
					&tree.arena, &t, &e),
			 0);
	assert_int_equal(template_run(t, TEMPLATE_HEADERS, &tree, titles, &out, &e), 0);
	assert_string_equal(buf_cstr(&out), "CONTAINER ID CONTAINER ID web");
}

static void rows_look_labels_up(void **state)
{
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	auto_(buf_done) struct buf out = BUF_INIT;
	struct value *row = value_new(&tree, VALUE_OBJECT), *labels;
	struct err e = ERR_INIT;
	struct template *t;

	labels = value_put(&tree, row, "Label", value_new(&tree, VALUE_OBJECT));
	labels->is_map = labels->is_lookup = true;
	value_put(&tree, labels, "tier", value_string(&tree, "front"));
	assert_int_equal(template_parse("{{.Label \"tier\"}}|{{.Label \"none\"}}|{{.ID}}",
					&tree.arena, &t, &e),
			 0);
	value_put(&tree, row, "Id", value_string(&tree, "abc"));
	assert_int_equal(template_run(t, TEMPLATE_VALUES, &tree, row, &out, &e), 0);
	assert_string_equal(buf_cstr(&out), "front||abc");
}

static void depth_is_bounded(void **state)
{
	static const char open[] = "{{if 1}}", loop[] = "{{define \"x\"}}{{template \"x\"}}{{end}}"
							"{{template \"x\"}}";
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	auto_(buf_done) struct buf text = BUF_INIT, out = BUF_INIT;
	struct err e = ERR_INIT;
	struct template *t;

	for (int i = 0; i < 5000; i++)
		buf_str(&text, open);
	assert_true(template_parse(buf_cstr(&text), &tree.arena, &t, &e) < 0);
	assert_int_equal(template_parse(loop, &tree.arena, &t, &e), 0);
	assert_true(template_run(t, TEMPLATE_VALUES, &tree, NULL, &out, &e) < 0);
	buf_clear(&text);
	for (int i = 0; i < 5000; i++)
		buf_char(&text, i ? '(' : '{');
	text.data[1] = '{';
	assert_true(template_parse(buf_cstr(&text), &tree.arena, &t, &e) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_go_says),
		cmocka_unit_test(headers_pass_through),
		cmocka_unit_test(rows_look_labels_up),
		cmocka_unit_test(depth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
