-- name: clear
DELETE FROM habilitation;

-- name: all
SELECT profession, kind, name, may_read, may_add, may_change FROM habilitation ORDER BY profession, name;

-- name: may_change
SELECT EXISTS (SELECT FROM habilitation h WHERE h.profession = $1 AND h.kind = $2 AND h.may_change);
