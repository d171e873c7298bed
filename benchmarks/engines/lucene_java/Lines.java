package searchlib.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** How do Python and Java speak? In lines of columns, one answer to each question. */
final class Lines {
  static final String COLUMN = "\t";

  /** Between the values of one column. */
  static final String LISTED = "\u001f";

  private static final int BUFFER = 1 << 16;

  private Lines() {}

  static BufferedReader reader(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), BUFFER);
  }

  static String[] columns(String line) {
    return line.split(COLUMN, -1);
  }

  static PrintStream writer() throws IOException {
    return new PrintStream(System.out, false, StandardCharsets.UTF_8);
  }

  static void say(PrintStream out, String line) {
    out.print(line);
    out.print('\n');
    out.flush();
  }
}
