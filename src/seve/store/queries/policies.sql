-- name: clear
DELETE FROM habilitation;

-- name: all
SELECT profession, kind, name, may_read, may_add, may_change FROM habilitation ORDER BY profession, name;
