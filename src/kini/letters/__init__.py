"""Letters: signed papers that carry the result of a case, and the page where anybody can check one."""
