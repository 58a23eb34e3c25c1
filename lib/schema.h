/*
 * schema.h - the schema step that programs of this release need.
 *
 * A program refuses to serve an older schema.  t/style/schema.t compares the
 * number with the files in sql/.
 */
#ifndef OPDESK_SCHEMA_H
#define OPDESK_SCHEMA_H

#define SCHEMA_NEEDED 22

#endif
