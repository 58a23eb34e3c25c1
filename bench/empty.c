/*
 * empty.c - the FastCGI program that does nothing: what nginx, libfcgi and
 * the way between them cost, before any work is done.
 */

#include <fcgiapp.h>
#include <stdlib.h>

int
main(void)
{
	static const char answer[] = "Content-Type: text/plain\r\n"
				     "Content-Length: 3\r\n\r\nok\n";
	FCGX_Request request;

	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return EXIT_FAILURE;
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutStr(answer, sizeof answer - 1, request.out);
		FCGX_Finish_r(&request);
	}
	return EXIT_SUCCESS;
}
