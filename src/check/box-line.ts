/** A line of a drawn table that only separates. */
export const BOX_LINE = /^[\s|+:=-]*[-=]{3,}[\s|+:=-]*$/;
